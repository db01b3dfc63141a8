namespace Bridge.Net;

/// <content>How it ends: the exit, the pipes, and when both are over.</content>
public sealed partial class SubprocessTransport
{
    private List<LoopFuture<int>>? _exitWaiters;
    private TimerHandle? _drainTimer;
    private bool _isOver;

    /// <summary>Waits for the exit; the pipes may live on. Cancelling the wait leaves the child alone.</summary>
    internal async Coroutine<int> WaitForExit()
    {
        if (ReturnCode is { } code)
        {
            return code;
        }

        LoopFuture<int> waiter = Loop.CreateFuture<int>();
        (_exitWaiters ??= []).Add(waiter);
        try
        {
            return await waiter;
        }
        finally
        {
            _exitWaiters?.Remove(waiter);
        }
    }

    internal void PipeData(int descriptor, ReadOnlySpan<byte> data) => _protocol.PipeDataReceived(descriptor, data);

    /// <summary>In a callback of its own; told at once, so that who writes and then drains hears of it by the drain.</summary>
    internal void PipeLost(int descriptor, Exception? exception)
    {
        try
        {
            _protocol.PipeConnectionLost(descriptor, exception);
        }
        finally
        {
            EndIfOver();
        }
    }

    private void OnExit(int? returnCode)
    {
        if (returnCode is null)
        {
            Loop.WriteWarning(Messages.StatusTaken(Id));
        }

        ReturnCode = returnCode ?? ChildStatus.Unknown;
        Loop.CallSoon(() => _protocol.ProcessExited());
        foreach (LoopFuture<int> waiter in _exitWaiters ?? [])
        {
            waiter.TrySetResult(ReturnCode.Value);
        }

        _exitWaiters = null;
        EndIfOver();
        if (!_isOver && _options.DrainTime is { } drainTime)
        {
            _drainTimer = Loop.CallLater(drainTime, EndPipes);
        }
    }

    /// <summary>The child is gone, and somebody else still holds its pipes: what is in its outputs is read, no more.</summary>
    private void EndPipes()
    {
        _drainTimer = null;
        foreach (ChildPipe? pipe in _pipes)
        {
            (pipe?.Transport as ReadPipeTransport)?.EndWhenEmpty();
            (pipe?.Transport as WritePipeTransport)?.Abort();
        }
    }

    private void EndIfOver()
    {
        if (_isOver || ReturnCode is null || !Array.TrueForAll(_pipes, static pipe => pipe is null || pipe.IsLost))
        {
            return;
        }

        _isOver = true;
        _drainTimer?.Cancel();
        _killRegistration.Unregister();
        Loop.CallSoon(CallConnectionLost);
    }

    private void CallConnectionLost()
    {
        try
        {
            _protocol.ConnectionLost(null);
        }
        finally
        {
            _isClosing = true;
            Loop.Transports.Remove(this);
        }
    }
}
