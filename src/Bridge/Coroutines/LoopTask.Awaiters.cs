namespace Bridge;

/// <content>What call graphs ask a task.</content>
public partial class LoopTask
{
    /// <summary>What runs under this method on the thread's stack belongs to the step of a task.</summary>
    internal const string StepMethod = nameof(Climb);

    internal override LoopFuture? Awaits => WaitingFor;

    void IFutureWaiter.NameAwaiters(WaitWalk walk) => walk.Add(this);

    /// <summary>
    /// Its coroutines that have not ended, innermost first. Of a task in its step: the one that the loop resumed, and those that wait
    /// for it; what these have started since is only on the thread's stack. Loop thread.
    /// </summary>
    internal IEnumerable<Coroutine> CoroutineStack()
    {
        for (Coroutine? coroutine = _leaf; coroutine is not null; coroutine = coroutine.Parent)
        {
            if (!coroutine.IsDone)
            {
                yield return coroutine;
            }
        }
    }

    /// <summary>What it is doing or waiting for, in a few words. Loop thread.</summary>
    internal string DescribeWait() => _waitingFor switch
    {
        _ when IsDone => "nothing: it is done",
        null when ReferenceEquals(Loop.CurrentTask, this) => "nothing: it runs",
        null when !_started => "its first step",
        null => "its next step",
        SleepWait => "a sleep",
        YieldWait or StartWait => "the next turn",
        ForeignWait => "an awaitable that is not of this library",
        { } awaited => awaited.Describe(),
    };
}
