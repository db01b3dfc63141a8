namespace Bridge.Net;

/// <summary>Where TLS is in its life. Only the next state may follow, and <see cref="Unwrapped"/> from anywhere.</summary>
/// <remarks>Source: asyncio's <c>SSLProtocolState</c>.</remarks>
internal enum TlsState : byte
{
    /// <summary>Not begun, or over.</summary>
    Unwrapped,

    /// <summary>The two sides agree on keys and show certificates; what is written waits.</summary>
    Handshaking,

    /// <summary>Data flows.</summary>
    Wrapped,

    /// <summary>Closing was asked for, or the peer has closed; what was written goes out first.</summary>
    Flushing,

    /// <summary>We have said close_notify; the peer's is awaited.</summary>
    Shutdown,
}

/// <summary>What the application's protocol has heard, so that it hears each thing once.</summary>
internal enum TlsHeard : byte
{
    Nothing,
    Made,
    Eof,
    Lost,
}
