namespace Bridge.Net;

/// <summary>The protocol behind a stream: feeds the input, and tells the output how the transport is.</summary>
/// <remarks>
/// It holds the insides of reader and writer, not these: what the user has dropped can be collected, and then the writer closes the connection.
/// Source: asyncio's <c>StreamReaderProtocol</c>.
/// </remarks>
internal sealed class StreamProtocol : BufferedProtocol
{
    /// <summary>Serves the connection, if it came to a server; null afterwards, and for clients.</summary>
    private Func<LoopStream, Coroutine?>? _handler;

    internal StreamProtocol(EventLoop loop, int limit, Func<LoopStream, Coroutine?>? handler = null)
    {
        Input = new StreamInput(loop, limit);
        Output = new StreamOutput { IsServerSide = handler is not null };
        _handler = handler;
    }

    internal StreamInput Input { get; }

    internal StreamOutput Output { get; }

    public override void ConnectionMade(BaseTransport transport)
    {
        Output.Transport = transport;
        Input.Transport = transport as IReadTransport;
        if (_handler is { } handler)
        {
            _handler = null;
            Serve(transport, handler);
        }
    }

    public override void ConnectionLost(Exception? exception)
    {
        if (exception is null)
        {
            Input.FeedEof();
        }
        else
        {
            Input.Fail(exception);
        }

        Output.Lose(exception);
    }

    public override Memory<byte> GetBuffer(int sizeHint) => Input.Lend();

    public override void BufferUpdated(int count) => Input.Received(count);

    /// <summary>The connection stays open for writing; over TLS that cannot be.</summary>
    public override bool EofReceived()
    {
        Input.FeedEof();
        return Output.Transport.GetExtraInfo(ExtraInfo.SslContext) is null;
    }

    public override void PauseWriting() => Output.Pause();

    public override void ResumeWriting() => Output.Resume();

    private void Serve(BaseTransport transport, Func<LoopStream, Coroutine?> handler)
    {
        Coroutine? serving;
        try
        {
            serving = handler(new LoopStream(this));
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            StreamOutput.EndFailed(transport, exception);
            return;
        }

        if (serving is not null)
        {
            Output.ServedBy(Input.Loop.CreateTask(serving));
        }
    }
}
