namespace Bridge.Net;

/// <summary>How <c>StartTls</c> goes about it. Everything is optional.</summary>
/// <remarks>Source: the keyword arguments of asyncio's <c>loop.start_tls</c>.</remarks>
public sealed record StartTlsOptions
{
    /// <summary>How long the handshake may take; more than zero. Null: 60 s.</summary>
    public TimeSpan? HandshakeTimeout { get; init; }

    /// <summary>How long closing waits for the peer to close, too; more than zero. Null: 30 s.</summary>
    public TimeSpan? ShutdownTimeout { get; init; }

    /// <summary>What the old protocol was given that belongs to TLS already: the peer's first bytes of the handshake, if it did not wait. Copied.</summary>
    public ReadOnlyMemory<byte> Received { get; init; }
}
