using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Bridge.Net;

/// <summary>A wait of a <see cref="LoopStreamWriter"/> as a ValueTask.</summary>
internal abstract class WriterSource<T>(StreamOutput output) : LoopValueSource<T>(output.Loop)
{
    /// <summary>The place in line; null while nobody waits.</summary>
    private LoopFuture<NoResult>? _wait;

    /// <summary>The token that ended the wait.</summary>
    private OperationCanceledException? _interruption;

    private protected StreamOutput Output { get; } = output;

    /// <summary>Somebody ended the wait by hand.</summary>
    private protected bool IsCutShort { get; set; }

    private protected override ValueTaskSourceStatus Status
        => _interruption is not null || _wait is { IsCancelled: true } ? ValueTaskSourceStatus.Canceled
            : _wait?.PeekException is null ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Faulted;

    internal override bool CancelWait(string? message) => _wait!.Cancel(message);

    internal void CutShort()
    {
        IsCutShort = true;
        _wait?.TrySetResult(default);
    }

    private protected void Wait(LoopFuture<NoResult> wait)
    {
        _wait = wait;
        wait.AddWaiter(this);
    }

    private protected override void Interrupt(OperationCanceledException exception)
    {
        if (_wait!.TrySetResult(default))
        {
            _interruption = exception;
        }
    }

    private protected override void Abandon()
    {
        _wait!.SuppressUnobserved();
        Output.Leave(_wait);
        _wait = null;
    }

    private protected override T Take()
    {
        LoopFuture<NoResult> wait = _wait!;
        _wait = null;
        Output.Leave(wait);
        if (_interruption is { } interruption)
        {
            _interruption = null;
            throw interruption;
        }

        if (wait.PeekException is not null)
        {
            Output.IsLossTold = true;
        }

        wait.ThrowUnlessSucceeded();
        return Finish();
    }

    private protected abstract T Finish();
}

/// <summary>A flush that waits until more may be written. Used again for each.</summary>
internal sealed class FlushSource(StreamOutput output) : WriterSource<FlushResult>(output)
{
    private bool _isFlushing;

    internal ValueTask<FlushResult> Flush(CancellationToken token)
    {
        if (_isFlushing)
        {
            throw new InvalidOperationException(Messages.FlushedByTwo);
        }

        if (IsCutShort)
        {
            return new ValueTask<FlushResult>(Finish());
        }

        _isFlushing = true;
        Wait(Output.JoinDrainers());
        return Pending(token);
    }

    /// <summary>There is no need to wait.</summary>
    internal ValueTask<FlushResult> Pass() => new(Finish());

    private protected override void Abandon()
    {
        _isFlushing = false;
        base.Abandon();
    }

    private protected override FlushResult Take()
    {
        _isFlushing = false;
        return base.Take();
    }

    private protected override FlushResult Finish()
    {
        var result = new FlushResult(isCanceled: IsCutShort, isCompleted: false);
        IsCutShort = false;
        return result;
    }
}

/// <summary>A wait for the end of the connection. For one use.</summary>
internal sealed class CloseSource(StreamOutput output) : WriterSource<NoResult>(output)
{
    internal ValueTask UntilClosed()
    {
        Wait(Output.JoinCloseWaiters());
        return PendingVoid(CancellationToken.None);
    }

    private protected override NoResult Finish() => default;
}
