namespace Bridge;

/// <summary>One run of a loop as a guest: the main task, then the wind-up, then the close, then the user is told. Loop thread.</summary>
internal sealed class GuestRun : IGuest
{
    private readonly EventLoop _loop;
    private readonly LoopTask _main;
    private readonly Action _onDone;
    private readonly LoopWindUp _windUp;
    private bool _isWoundUp;

    /// <summary>Once: the main task is cancelled for it, and everything ends in order. Again: the run ends as it is.</summary>
    private bool _wasEndedByForce;

    internal GuestRun(LoopTask main, Action onDone)
    {
        _loop = main.Loop;
        _main = main;
        _onDone = onDone;
        _windUp = new LoopWindUp(_loop, "the guest loop's main code is done");
    }

    internal void Start(SynchronizationContext host)
    {
        var driver = new GuestDriver(_loop, host, this);
        _loop.BeginGuestRun(driver);
        _main.AddDoneCallback(_ => _windUp.CreateTask(EndEverything()));
        driver.Start();
    }

    public bool OnStop() => _isWoundUp || MustEndNow("the guest loop was stopped");

    public bool OnFailure(Exception exception)
    {
        if (!_main.IsDone || !ReferenceEquals(Settled.FailureOf(_main), exception))
        {
            Report($"A turn of guest loop '{_loop.Name}' was ended by an exception; its main code is cancelled", exception);
        }

        return MustEndNow("an exception ended a turn of the guest loop");
    }

    public void OnHostGone(Exception? refusal)
    {
        Report($"The host of guest loop '{_loop.Name}' takes no more turns; what is left runs on a thread of its own", refusal);
        _loop.TryPost(new Action(() => CancelMain("the host of the guest loop is gone")), null, null);
    }

    public void OnOver()
    {
        try
        {
            _loop.Close();
        }
        finally
        {
            _onDone();
        }
    }

    private async Coroutine EndEverything()
    {
        try
        {
            await _windUp.EndTasks();
            await _loop.ShutdownDefaultExecutor();
        }
        finally
        {
            _isWoundUp = true;
            _loop.Stop();
        }
    }

    private bool MustEndNow(string reason)
    {
        if (_wasEndedByForce)
        {
            return true;
        }

        _wasEndedByForce = true;
        CancelMain(reason);
        return false;
    }

    private void CancelMain(string reason)
    {
        if (!_main.IsDone)
        {
            _main.Cancel(reason);
        }
    }

    private void Report(string message, Exception? exception)
    {
        try
        {
            _loop.CallExceptionHandler(new LoopErrorContext(message, exception));
        }
        catch (Exception fatal) when (fatal is IFatalLoopException)
        {
            // The handler wants the run to end; it ends.
            _wasEndedByForce = true;
        }
    }
}
