namespace Bridge;

/// <summary>Brings a task back onto its loop after it awaited something that is not of this library. One per task that does, which keeps it.</summary>
/// <remarks>
/// Whether it is of this library may turn out only when the awaiter gets the callback: a ValueTask can be anybody's, and its awaiter is .NET's.
/// If it is ours, the source says so by setting <see cref="Source"/>, never calls back, and the task waits for it directly.
/// </remarks>
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

    /// <summary>Who waits. Loop thread; null while it is the loop's spare.</summary>
    internal LoopTask Task { get; set; }

    /// <summary>Handed to the awaiter; any thread may call it.</summary>
    internal Action Resume { get; }

    /// <summary>The object of this library that is awaited after all, until the task knows. Loop thread.</summary>
    internal LoopWork? Source { get; set; }

    internal override bool CanThrowOnResume => false;

    /// <summary>Whether a source of this library may take the task from here. Loop thread.</summary>
    internal bool MayBeOurs { get; private set; }

    internal void Arm(bool mayBeOurs)
    {
        MayBeOurs = mayBeOurs;
        Volatile.Write(ref _armed, 1);
    }

    /// <summary>The awaiter refused; should it call back all the same, nothing happens.</summary>
    internal void Disarm()
    {
        Source = null;
        Volatile.Write(ref _armed, 0);
    }

    internal override void Run()
    {
        _loop.SwitchContext(Task.RunContext);
        Task.Run();
    }

    internal override string Describe() => Task.Describe();

    private void ComeBack()
    {
        if (Interlocked.Exchange(ref _armed, 0) == 1 && !_loop.TryPost(this, null, null))
        {
            _loop.CountLateCompletion();
        }
    }
}
