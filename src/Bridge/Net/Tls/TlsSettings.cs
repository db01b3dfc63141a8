using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.Net;

/// <summary>Everything TLS needs to know about one connection, or about all of a server: checked, and safe from later changes.</summary>
internal sealed class TlsSettings
{
    private static readonly TimeSpan s_handshakeTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_shutdownTimeout = TimeSpan.FromSeconds(30);

    private readonly SslClientAuthenticationOptions? _client;
    private readonly SslServerAuthenticationOptions? _server;

    private TlsSettings(object given, TimeSpan? handshakeTimeout, TimeSpan? shutdownTimeout)
    {
        Given = given;
        HandshakeTimeout = Positive(handshakeTimeout, s_handshakeTimeout, nameof(handshakeTimeout));
        ShutdownTimeout = Positive(shutdownTimeout, s_shutdownTimeout, nameof(shutdownTimeout));
    }

    /// <summary>A client.</summary>
    /// <param name="options">As the user gave them.</param>
    /// <param name="targetHost">The name that the certificate must have, where the options have none.</param>
    /// <param name="handshakeTimeout">Null: the default.</param>
    /// <param name="shutdownTimeout">Null: the default.</param>
    internal TlsSettings(SslClientAuthenticationOptions options, string? targetHost, TimeSpan? handshakeTimeout, TimeSpan? shutdownTimeout)
        : this(options, handshakeTimeout, shutdownTimeout)
    {
        _client = Copy(options);
        _client.TargetHost ??= targetHost ?? throw new ArgumentException(Messages.NoTargetHost, nameof(options));
        if (_client.CertificateChainPolicy is null && _client.CertificateRevocationCheckMode != X509RevocationMode.Online)
        {
            // Without this the system may fetch a missing intermediate certificate from the net, and the loop would wait for it.
            _client.CertificateChainPolicy = new X509ChainPolicy
            {
                DisableCertificateDownloads = true,
                RevocationMode = _client.CertificateRevocationCheckMode,
                RevocationFlag = X509RevocationFlag.ExcludeRoot,
            };
        }

        UsesNetwork = AsksNetwork(_client.CertificateChainPolicy, _client.CertificateRevocationCheckMode);
    }

    /// <summary>A server.</summary>
    /// <param name="options">As the user gave them.</param>
    /// <param name="handshakeTimeout">Null: the default.</param>
    /// <param name="shutdownTimeout">Null: the default.</param>
    internal TlsSettings(SslServerAuthenticationOptions options, TimeSpan? handshakeTimeout, TimeSpan? shutdownTimeout)
        : this((object)options, handshakeTimeout, shutdownTimeout)
    {
        if (options.ServerCertificate is null && options.ServerCertificateContext is null && options.ServerCertificateSelectionCallback is null)
        {
            throw new ArgumentException(Messages.NoServerCertificate, nameof(options));
        }

        _server = Copy(options);
        UsesNetwork = options.ClientCertificateRequired && AsksNetwork(options.CertificateChainPolicy, options.CertificateRevocationCheckMode);
    }

    /// <summary>A server's, or null if no TLS is wanted.</summary>
    internal static TlsSettings? Of(SslServerAuthenticationOptions? options, TimeSpan? handshakeTimeout, TimeSpan? shutdownTimeout)
        => IsWanted(options, handshakeTimeout, shutdownTimeout) ? new TlsSettings(options!, handshakeTimeout, shutdownTimeout) : null;

    /// <summary>Whether there are options; throws if there are time limits without.</summary>
    internal static bool IsWanted(object? options, TimeSpan? handshakeTimeout, TimeSpan? shutdownTimeout)
    {
        if (options is null && (handshakeTimeout ?? shutdownTimeout) is not null)
        {
            throw new ArgumentException(Messages.TimeLimitWithoutTls(handshakeTimeout is null ? nameof(ConnectOptions.SslShutdownTimeout) : nameof(ConnectOptions.SslHandshakeTimeout)), nameof(options));
        }

        return options is not null;
    }

    /// <summary>The options as the user gave them.</summary>
    internal object Given { get; }

    internal TimeSpan HandshakeTimeout { get; }

    internal TimeSpan ShutdownTimeout { get; }

    /// <summary>Whether judging the peer's certificate may ask the network, which must not hold up the loop: then the handshake is done by the thread pool.</summary>
    internal bool UsesNetwork { get; }

    internal Task Authenticate(SslStream stream)
        => _client is not null ? stream.AuthenticateAsClientAsync(_client) : stream.AuthenticateAsServerAsync(_server!);

    private static TimeSpan Positive(TimeSpan? given, TimeSpan usual, string name)
        => given is not { } value ? usual
        : value > TimeSpan.Zero ? value
        : throw new ArgumentOutOfRangeException(name, value, Messages.TimeNotPositive(name, value));

    private static bool AsksNetwork(X509ChainPolicy? policy, X509RevocationMode mode)
        => policy is null ? mode == X509RevocationMode.Online : !policy.DisableCertificateDownloads || policy.RevocationMode == X509RevocationMode.Online;

    // A test holds that no property is forgotten.
    private static SslClientAuthenticationOptions Copy(SslClientAuthenticationOptions from)
    {
        var copy = new SslClientAuthenticationOptions
        {
            AllowRenegotiation = from.AllowRenegotiation,
            AllowTlsResume = from.AllowTlsResume,
            ApplicationProtocols = from.ApplicationProtocols is { } protocols ? [.. protocols] : null,
            CertificateChainPolicy = from.CertificateChainPolicy?.Clone(),
            CertificateRevocationCheckMode = from.CertificateRevocationCheckMode,
            CipherSuitesPolicy = from.CipherSuitesPolicy,
            ClientCertificateContext = from.ClientCertificateContext,
            ClientCertificates = from.ClientCertificates,
            EnabledSslProtocols = from.EnabledSslProtocols,
            EncryptionPolicy = from.EncryptionPolicy,
            LocalCertificateSelectionCallback = from.LocalCertificateSelectionCallback,
            RemoteCertificateValidationCallback = from.RemoteCertificateValidationCallback,
            TargetHost = from.TargetHost,
        };
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            copy.AllowRsaPkcs1Padding = from.AllowRsaPkcs1Padding;
            copy.AllowRsaPssPadding = from.AllowRsaPssPadding;
        }

        return copy;
    }

    private static SslServerAuthenticationOptions Copy(SslServerAuthenticationOptions from)
    {
        var copy = new SslServerAuthenticationOptions
        {
            AllowRenegotiation = from.AllowRenegotiation,
            AllowTlsResume = from.AllowTlsResume,
            ApplicationProtocols = from.ApplicationProtocols is { } protocols ? [.. protocols] : null,
            CertificateChainPolicy = from.CertificateChainPolicy?.Clone(),
            CertificateRevocationCheckMode = from.CertificateRevocationCheckMode,
            CipherSuitesPolicy = from.CipherSuitesPolicy,
            ClientCertificateRequired = from.ClientCertificateRequired,
            EnabledSslProtocols = from.EnabledSslProtocols,
            EncryptionPolicy = from.EncryptionPolicy,
            RemoteCertificateValidationCallback = from.RemoteCertificateValidationCallback,
            ServerCertificate = from.ServerCertificate,
            ServerCertificateContext = from.ServerCertificateContext,
            ServerCertificateSelectionCallback = from.ServerCertificateSelectionCallback,
        };
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            copy.AllowRsaPkcs1Padding = from.AllowRsaPkcs1Padding;
            copy.AllowRsaPssPadding = from.AllowRsaPssPadding;
        }

        return copy;
    }
}
