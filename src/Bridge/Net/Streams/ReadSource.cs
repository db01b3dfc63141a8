using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Bridge.Net;

/// <summary>A read as a ValueTask. Used again for each read that has to wait.</summary>
internal abstract class ReadSource<T> : LoopValueSource<T>
{
    private protected ReadSource(StreamInput input)
        : base(input.Loop) => Input = input;

    private protected StreamInput Input { get; }

    private protected override ValueTaskSourceStatus Status => Input.Status;

    internal ValueTask<T> Read(in ReadRequest request, object user, CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(token);
        }

        Input.Prepare(request, user);
        if (Input.Begin())
        {
            return new ValueTask<T>(Take());
        }

        Input.WakeWhenDone(this, Loop);
        return Begin(token);
    }

    internal override bool CancelWait(string? message) => Input.CancelWait(message);

    private protected override void Interrupt(OperationCanceledException exception) => Input.Interrupt(exception);

    private protected override void Abandon() => Input.Release();
}

/// <summary>A look at the buffer.</summary>
internal sealed class LookSource(StreamInput input) : ReadSource<ReadResult>(input)
{
    private protected override ReadResult Take() => Input.FinishLook();
}
