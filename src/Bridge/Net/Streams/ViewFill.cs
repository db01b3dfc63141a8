using System.Threading.Tasks.Sources;

namespace Bridge.Net;

/// <summary>A read of a <see cref="StreamView"/> as a ValueTask. Used again for each that has to wait.</summary>
internal sealed class ViewFill(StreamInput input) : LoopValueSource<int>(input.Loop)
{
    private protected override ValueTaskSourceStatus Status => input.StatusOfRead;

    internal ValueTask<int> Read(Memory<byte> buffer, StreamView user, CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(token);
        }

        input.Prepare(ReadRequest.AtMost(buffer), user);
        if (input.Begin())
        {
            return new ValueTask<int>(Take());
        }

        input.WakeWhenDone(this, Loop);
        return Pending(token);
    }

    internal override bool CancelWait(string? message) => input.CancelWait(message);

    private protected override void Interrupt(OperationCanceledException exception) => input.EndWait(exception);

    private protected override void Abandon() => input.Release();

    private protected override int Take() => ViewFailure.Finish(input);
}
