namespace Bridge;

/// <content>What a loop does differently while a foreign one drives it. See <see cref="GuestDriver"/>.</content>
public abstract partial class EventLoop
{
    /// <summary>
    /// Who brings the turns, while a foreign loop does. Written before the first turn and after the last; read by the loop thread, and by that of a host
    /// that takes no more turns, for which a late sight is benign.
    /// </summary>
    private GuestDriver? _guest;

    /// <summary>A guest that announced its sleep has not taken that back yet. Loop thread.</summary>
    private bool _isResting;

    /// <summary>Begins a run whose turns the driver brings.</summary>
    internal void BeginGuestRun(GuestDriver driver)
    {
        ClaimRun();
        _guest = driver;
    }

    /// <summary>One turn that does not wait. The host's thread, in the default ambient context. False: Stop was called.</summary>
    internal bool RunGuestTurn()
    {
        SynchronizationContext? hosts = SynchronizationContext.Current;
        EnterThread();
        SynchronizationContext.SetSynchronizationContext(_synchronizationContext);
        try
        {
            EndRest();
            RunTurn();
            return !_stopping;
        }
        finally
        {
            ForgetCallback();
            _stopping = false;
            LeaveThread();
            SynchronizationContext.SetSynchronizationContext(hosts);
        }
    }

    /// <summary>Announces sleep, if there is nothing to do: then the helper may wait for <paramref name="timeout"/>, and every post ends that.</summary>
    internal bool TryRest(out TimeSpan? timeout)
    {
        timeout = SleepTime();
        _isResting = timeout != TimeSpan.Zero && _inbox.TryPark();
        if (_isResting && _alarm is not null)
        {
            timeout = SetAlarm(_alarm);
        }

        return _isResting;
    }

    /// <summary>The wait of an idle guest, on the helper's thread.</summary>
    internal void WaitAsHelper(TimeSpan? timeout) => WaitOnly(timeout);

    /// <summary>Ends that wait. The host's thread.</summary>
    internal void EndWaitOfHelper() => WakeSelector();

    /// <summary>The host is gone: this thread runs the loop from now on, as RunForever does.</summary>
    internal void RunOrphaned()
    {
        _guest = null;
        _state = EventLoopState.Running; // The run goes on, also after a stop that did not end it.
        EndRest();
        RunTurns();
    }

    /// <summary>After the last turn: the loop is at rest, and nobody's.</summary>
    internal void EndGuestRun()
    {
        _guest = null;
        _thread = null;
        EndRest();
        _state = EventLoopState.Idle;
    }

    private void EndRest()
    {
        if (_isResting)
        {
            _isResting = false;
            _inbox.Unpark();
            AfterWait();
        }
    }

    /// <summary>The host's own code uses the loop between two turns: it gets it back first. Always true.</summary>
    private static bool TakeBackFromHelper(GuestDriver guest)
    {
        guest.TakeBack();
        return true;
    }
}
