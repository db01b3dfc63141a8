namespace Bridge.Net;

/// <summary>What every protocol hears from its transport. Derive from <see cref="Protocol"/>, <see cref="BufferedProtocol"/>,
/// <see cref="DatagramProtocol"/> or <see cref="SubprocessProtocol"/>.</summary>
/// <remarks>
/// <para>
/// A protocol holds the state of one connection. Its methods are called on the loop thread, one at a time: <see cref="ConnectionMade"/> once
/// and first, <see cref="ConnectionLost"/> once and last. What they throw goes to the loop's exception handler; where data is involved the
/// connection is closed as well.
/// </para>
/// <para>Source: asyncio's <c>BaseProtocol</c>.</para>
/// </remarks>
public abstract class BaseProtocol
{
    private protected BaseProtocol()
    {
    }

    /// <summary>The connection is there; keep the transport to write to it.</summary>
    /// <param name="transport">A <see cref="Transport"/>, <see cref="DatagramTransport"/>, pipe or subprocess transport, as the protocol's maker asked for.</param>
    public virtual void ConnectionMade(BaseTransport transport)
    {
    }

    /// <summary>The connection is over; nothing is called after this.</summary>
    /// <param name="exception">Why it was lost. Null: it ended in good order, by the peer's end of stream or by our own Close or Abort.</param>
    public virtual void ConnectionLost(Exception? exception)
    {
    }

    /// <summary>More is waiting to be sent than the high-water mark allows: stop writing until <see cref="ResumeWriting"/>.</summary>
    public virtual void PauseWriting()
    {
    }

    /// <summary>What waits to be sent has shrunk to the low-water mark: go on writing.</summary>
    public virtual void ResumeWriting()
    {
    }
}
