namespace Bridge;

/// <summary>Brings a task back onto its loop after it awaited something that is not of this library. One per task, made when first needed.</summary>
internal sealed class ForeignWait : LoopWork
{
    private readonly EventLoop _loop;

    /// <summary>
    /// 1 from the task's suspension (loop thread, before the awaiter gets the callback) until the first call back (any thread, by an
    /// exchange): an awaiter that calls back twice for one wait changes nothing.
    /// </summary>
    private int _armed;

    internal ForeignWait(LoopTask task)
    {
        Task = task;
        _loop = task.Loop;
        Resume = ComeBack;
    }

    /// <summary>Who waits. Loop thread.</summary>
    internal LoopTask Task { get; set; }

    /// <summary>Handed to the awaiter; any thread may call it.</summary>
    internal Action Resume { get; }

    /// <summary>What is awaited, if it is a ValueTask of this library after all: it can end the wait, and throw. Loop thread.</summary>
    internal LoopWork? Source { get; set; }

    internal override bool CanThrowOnResume => Source is not null;

    internal override bool CancelWait(string? message) => Source is { } source && source.CancelWait(message);

    internal void Arm()
    {
        Source = null;
        Volatile.Write(ref _armed, 1);
    }

    /// <summary>The awaiter refused; should it call back all the same, nothing happens.</summary>
    internal void Disarm() => Volatile.Write(ref _armed, 0);

    internal override void Run()
    {
        _loop.SwitchContext(Task.RunContext);
        Task.Run();
    }

    internal override string Describe() => Task.Describe();

    /// <summary>The same as <see cref="Resume"/> from a callback of the loop that has nothing else to do: the task goes on at once.</summary>
    internal void ComeBackHere()
    {
        if (Interlocked.Exchange(ref _armed, 0) == 1)
        {
            Run();
        }
    }

    private void ComeBack()
    {
        if (Interlocked.Exchange(ref _armed, 0) == 1 && !_loop.TryPost(this, null, null))
        {
            _loop.CountLateCompletion();
        }
    }
}
