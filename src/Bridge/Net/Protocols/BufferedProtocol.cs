namespace Bridge.Net;

/// <summary>A protocol over a stream of bytes that are received straight into its own buffer.</summary>
/// <remarks>
/// Order: ConnectionMade, then GetBuffer and BufferUpdated in turn, EofReceived at most once, ConnectionLost.
/// Source: asyncio's <c>BufferedProtocol</c>.
/// </remarks>
public abstract class BufferedProtocol : BaseProtocol
{
    /// <summary>Asks for room for the next bytes.</summary>
    /// <param name="sizeHint">A size that suits, in bytes; -1 if any does.</param>
    /// <returns>At least one byte of memory, which may be written to until <see cref="BufferUpdated"/>. An empty one closes the connection with an error.</returns>
    public abstract Memory<byte> GetBuffer(int sizeHint);

    /// <summary>Bytes were received into the memory that <see cref="GetBuffer"/> gave last.</summary>
    /// <param name="count">How many, at least one.</param>
    public abstract void BufferUpdated(int count);

    /// <summary>The peer will send nothing more.</summary>
    /// <returns>True to stay open for writing until Close; false to let the transport close itself. TLS closes in either case.</returns>
    public virtual bool EofReceived() => false;
}
