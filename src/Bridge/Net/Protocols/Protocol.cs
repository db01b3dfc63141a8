namespace Bridge.Net;

/// <summary>A protocol over a stream of bytes, which are handed to it as they come.</summary>
/// <remarks>
/// Order: ConnectionMade, DataReceived any number of times, EofReceived at most once, ConnectionLost.
/// Source: asyncio's <c>Protocol</c>.
/// </remarks>
public abstract class Protocol : BaseProtocol
{
    /// <summary>Bytes have arrived, cut anywhere.</summary>
    /// <param name="data">At least one byte. Valid during this call only: copy what must be kept.</param>
    /// <remarks>What it throws goes to the exception handler and closes the connection.</remarks>
    public virtual void DataReceived(ReadOnlySpan<byte> data)
    {
    }

    /// <summary>The peer will send nothing more.</summary>
    /// <returns>True to stay open for writing until Close; false to let the transport close itself. TLS closes in either case.</returns>
    public virtual bool EofReceived() => false;
}
