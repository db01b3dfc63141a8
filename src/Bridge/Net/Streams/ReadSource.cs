using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Bridge.Net;

/// <summary>A read as a ValueTask. Used again for each read that has to wait.</summary>
internal abstract class ReadSource<T> : LoopValueSource<T>
{
    private ReadRequest _request;

    private protected ReadSource(StreamInput input)
        : base(input.Loop) => Input = input;

    private protected StreamInput Input { get; }

    private protected override ValueTaskSourceStatus Status => Input.Status;

    internal ValueTask<T> Read(in ReadRequest request, CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(token);
        }

        if (Input.Begin(request))
        {
            return new ValueTask<T>(Finish(request));
        }

        _request = request;
        Input.WakeWhenDone(this, Loop);
        return Begin(token);
    }

    internal override bool CancelWait(string? message) => Input.CancelWait(message);

    private protected override void Interrupt(OperationCanceledException exception) => Input.Interrupt(exception);

    private protected override void Abandon()
    {
        _request = default;
        Input.Release();
    }

    private protected override T Take()
    {
        ReadRequest request = _request;
        _request = default;
        return Finish(request);
    }

    private protected abstract T Finish(in ReadRequest request);
}

/// <summary>A look at the buffer.</summary>
internal sealed class LookSource(StreamInput input) : ReadSource<ReadResult>(input)
{
    private protected override ReadResult Finish(in ReadRequest request) => Input.FinishLook(request);
}

/// <summary>A read into memory.</summary>
internal sealed class FillSource(StreamInput input) : ReadSource<int>(input)
{
    private protected override int Finish(in ReadRequest request) => Input.TakeInto(request, Input.Finish(request));
}
