namespace Bridge.Net;

/// <summary>A protocol over a child process and its pipes.</summary>
/// <remarks>
/// Order: ConnectionMade, then PipeDataReceived, PipeConnectionLost and ProcessExited in any order, ConnectionLost when the process
/// has exited and all its pipes are closed. Source: asyncio's <c>SubprocessProtocol</c>.
/// </remarks>
public abstract class SubprocessProtocol : BaseProtocol
{
    /// <summary>The child wrote.</summary>
    /// <param name="descriptor">Where: 1 is its standard output, 2 its standard error.</param>
    /// <param name="data">At least one byte. Valid during this call only: copy what must be kept.</param>
    public virtual void PipeDataReceived(int descriptor, ReadOnlySpan<byte> data)
    {
    }

    /// <summary>One of the pipes was closed.</summary>
    /// <param name="descriptor">Which: 0 is the child's standard input, 1 its output, 2 its error.</param>
    /// <param name="exception">Why; null for a closing in good order.</param>
    public virtual void PipeConnectionLost(int descriptor, Exception? exception)
    {
    }

    /// <summary>The child has ended. Its pipes may still hold data, or be held open by its own children.</summary>
    public virtual void ProcessExited()
    {
    }
}
