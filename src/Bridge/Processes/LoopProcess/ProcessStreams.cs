namespace Bridge.Net;

/// <summary>The protocol behind a <see cref="LoopProcess"/>: feeds the inputs, and tells the output how its pipe is.</summary>
/// <remarks>
/// It holds the insides of readers and writer, not these, so that what the user has dropped can be collected.
/// Source: asyncio's <c>SubprocessStreamProtocol</c>.
/// </remarks>
internal sealed class ProcessStreams : SubprocessProtocol
{
    internal ProcessStreams(EventLoop loop, ProcessOptions options)
    {
        Input = options.StandardInput == Stdio.Pipe ? new StreamOutput() : null;
        Output = options.StandardOutput == Stdio.Pipe ? new StreamInput(loop, options.StreamLimit) : null;
        Error = options.StandardError == Stdio.Pipe ? new StreamInput(loop, options.StreamLimit) : null;
    }

    /// <summary>To the child's standard input.</summary>
    internal StreamOutput? Input { get; }

    /// <summary>From the child's standard output.</summary>
    internal StreamInput? Output { get; }

    /// <summary>From the child's standard error.</summary>
    internal StreamInput? Error { get; }

    public override void ConnectionMade(BaseTransport transport)
    {
        var child = (SubprocessTransport)transport;
        if (Input is not null)
        {
            Input.Transport = child.GetPipeTransport(0)!;
        }

        Output?.Transport = (IReadTransport)child.GetPipeTransport(1)!;
        Error?.Transport = (IReadTransport)child.GetPipeTransport(2)!;
    }

    public override void PipeDataReceived(int descriptor, ReadOnlySpan<byte> data) => (descriptor == 1 ? Output : Error)!.Feed(data);

    public override void PipeConnectionLost(int descriptor, Exception? exception)
    {
        if (descriptor == 0)
        {
            Input!.Lose(exception);
            return;
        }

        StreamInput input = (descriptor == 1 ? Output : Error)!;
        if (exception is null)
        {
            input.FeedEof();
        }
        else
        {
            input.Fail(exception);
        }
    }

    public override void PauseWriting() => Input!.Pause();

    public override void ResumeWriting() => Input!.Resume();
}
