using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.AspNetCore.Tests;

/// <summary>A certificate for this test alone.</summary>
internal static class TestCertificate
{
    internal static X509Certificate2 Make()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    /// <summary>A client that trusts that certificate and no other.</summary>
    internal static HttpClient Client(Uri address, X509Certificate2 certificate)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 1 };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString();
        return new HttpClient(handler) { BaseAddress = address };
    }
}
