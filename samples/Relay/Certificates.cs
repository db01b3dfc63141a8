using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RelaySample;

/// <summary>What TLS is to use: .NET's own option classes, which the loop's connections and servers take as they are.</summary>
internal static class Certificates
{
    internal static SslServerAuthenticationOptions? ForListening(string? file, bool selfSigned) => (file, selfSigned) switch
    {
        (null, false) => null,
        (null, true) => new SslServerAuthenticationOptions { ServerCertificate = MakeSelfSigned() },
        (_, false) => new SslServerAuthenticationOptions { ServerCertificate = Load(file) },
        _ => throw new UsageException("--tls-listen and --tls-listen-self-signed exclude each other; leave one out."),
    };

    internal static SslClientAuthenticationOptions? ForConnecting(bool wanted, string? authorities, bool insecure)
    {
        if (!wanted)
        {
            return authorities is null && !insecure ? null : throw new UsageException("--ca and --insecure are about --tls-to; add it.");
        }

        if (insecure)
        {
#pragma warning disable CA5359 // It is what --insecure asks for.
            return authorities is null
                ? new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true }
                : throw new UsageException("--ca and --insecure exclude each other; leave one out.");
#pragma warning restore CA5359
        }

        return authorities is null ? new SslClientAuthenticationOptions() : new SslClientAuthenticationOptions { CertificateChainPolicy = Trust(authorities) };
    }

    private static X509ChainPolicy Trust(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        Read(() => policy.CustomTrustStore.ImportFromPemFile(file), $"--ca '{file}' cannot be used as certificates in PEM");
        return policy.CustomTrustStore.Count > 0 ? policy : throw new UsageException($"--ca '{file}' has no certificate in it; it must be PEM, with BEGIN CERTIFICATE.");
    }

    private static X509Certificate2 Load(string file)
    {
        X509Certificate2 certificate = null!;
        Read(
            () => certificate = X509CertificateLoader.LoadPkcs12FromFile(file, Environment.GetEnvironmentVariable("RELAY_PFX_PASSWORD")),
            $"--tls-listen '{file}' cannot be used as a PKCS#12 file (a password goes into RELAY_PFX_PASSWORD)");
        return certificate.HasPrivateKey ? certificate : throw new UsageException($"--tls-listen '{file}' has no private key in it; export it with the key.");
    }

    private static void Read(Action read, string problem)
    {
        try
        {
            read();
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{problem}: {exception.Message}");
        }
    }

    private static X509Certificate2 MakeSelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));

        // Windows wants the key in a store, which loading brings about.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
