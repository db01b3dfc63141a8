using System.Net.Sockets;

namespace Bridge.Net;

/// <content>Receiving: one call of the system, and one of the protocol, each time the socket is found readable.</content>
internal sealed partial class SocketTransport
{
    /// <inheritdoc/>
    public override bool IsReading => (_flags & (TransportFlags.Paused | TransportFlags.Closing)) == 0;

    /// <inheritdoc/>
    public override void PauseReading()
    {
        Loop.AssertLoopThread();
        if (IsReading)
        {
            _flags |= TransportFlags.Paused;
            _watch.ClearReader();
        }
    }

    /// <inheritdoc/>
    public override void ResumeReading()
    {
        Loop.AssertLoopThread();
        if (IsClosing || (_flags & TransportFlags.Paused) == 0)
        {
            return;
        }

        _flags &= ~TransportFlags.Paused;
        ArmReading();
    }

    private void StartReading()
    {
        _flags |= TransportFlags.Started;
        ArmReading();
    }

    private void ArmReading()
    {
        if ((_flags & (TransportFlags.Paused | TransportFlags.Closing | TransportFlags.Started | TransportFlags.EofSeen)) != TransportFlags.Started)
        {
            return;
        }

        try
        {
            _watch.SetReader(this);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            // The system refuses to watch it, or somebody closed the socket behind the transport.
            Fail(exception, "Fatal error: the socket cannot be watched");
        }
    }

    internal override ExecutionContext? RunContext => _context;

    internal override string Describe() => $"reading of {this}";

    /// <summary>The socket is readable.</summary>
    internal override void Run()
    {
        if (!IsReading)
        {
            return;
        }

        switch (_protocol)
        {
            case Net.Protocol protocol:
                Receive(protocol);
                break;
            case BufferedProtocol protocol:
                ReceiveInto(protocol);
                break;
        }
    }

    private void Receive(Net.Protocol protocol)
    {
        byte[] buffer = Loop.ReceiveBuffer;
        int count = _file.Receive(buffer, out SocketError error);
        if (count == 0)
        {
            ReceivedNothing(error);
            return;
        }

        try
        {
            protocol.DataReceived(buffer.AsSpan(0, count));
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            Fail(exception, "Fatal error: protocol.DataReceived() failed.");
        }
    }

    private void ReceiveInto(BufferedProtocol protocol)
    {
        Memory<byte> buffer;
        try
        {
            buffer = protocol.GetBuffer(-1);
            if (buffer.IsEmpty)
            {
                throw new InvalidOperationException(Messages.EmptyBuffer(protocol));
            }
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            Fail(exception, "Fatal error: protocol.GetBuffer() failed.");
            return;
        }

        int count = _file.Receive(buffer.Span, out SocketError error);
        if (count == 0)
        {
            ReceivedNothing(error);
            return;
        }

        try
        {
            protocol.BufferUpdated(count);
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            Fail(exception, "Fatal error: protocol.BufferUpdated() failed.");
        }
    }

    private void ReceivedNothing(SocketError error)
    {
        if (error == SocketError.Success)
        {
            ReceivedEof();
        }
        else if (error != SocketError.WouldBlock)
        {
            Fail(new SocketException((int)error), "Fatal read error on socket transport");
        }
    }

    private void ReceivedEof()
    {
        bool keepOpen;
        try
        {
            keepOpen = _protocol switch
            {
                Net.Protocol protocol => protocol.EofReceived(),
                BufferedProtocol protocol => protocol.EofReceived(),
                _ => false,
            };
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            Fail(exception, "Fatal error: protocol.EofReceived() failed.");
            return;
        }

        if (keepOpen)
        {
            // There is nothing more to read, but the socket stays readable for ever.
            _flags |= TransportFlags.EofSeen;
            _watch.ClearReader();
        }
        else
        {
            Close();
        }
    }
}
