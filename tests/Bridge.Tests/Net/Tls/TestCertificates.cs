using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.Tests.Net;

/// <summary>Certificates made in memory: an authority, and what it signed. Nothing is left behind.</summary>
internal static class TestCertificates
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private static readonly DateTimeOffset s_start = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_end = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal static X509Certificate2 Authority { get; } = MakeAuthority();

    internal static X509Certificate2 Server { get; } = Sign("localhost", ServerUse, s_end);

    internal static X509Certificate2 OtherServer { get; } = Sign("other.example", ServerUse, s_end);

    internal static X509Certificate2 Expired { get; } = Sign("localhost", ServerUse, s_start.AddYears(1));

    internal static X509Certificate2 Client { get; } = Sign("client", ClientUse, s_end);

    /// <summary>Trusts our authority alone.</summary>
    internal static X509ChainPolicy Trust(bool downloads = false)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = !downloads,
        };
        policy.CustomTrustStore.Add(Authority);
        return policy;
    }

    internal static SslClientAuthenticationOptions ClientOptions(string? host = "localhost") => new() { TargetHost = host, CertificateChainPolicy = Trust() };

    internal static SslServerAuthenticationOptions ServerOptions(X509Certificate2? certificate = null) => new() { ServerCertificate = certificate ?? Server };

    /// <summary>Certificate and key as a program of the outside reads them.</summary>
    internal static string Pem(X509Certificate2 certificate)
        => certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n";

    private static X509Certificate2 MakeAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(s_start, s_end);
    }

    private static X509Certificate2 Sign(string name, string use, DateTimeOffset end)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Authority, true, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(Authority, s_start, end, RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 withKey = signed.CopyWithPrivateKey(key);

        // Windows wants the key in a store, which loading brings about.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }
}
