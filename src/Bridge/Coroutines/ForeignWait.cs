namespace Bridge;

/// <summary>Brings a task back onto its loop after it awaited something that is not of this library. One per task, made when first needed.</summary>
internal sealed class ForeignWait : LoopWork
{
    private readonly EventLoop _loop;

    /// <summary>Set when the task suspends, cleared when it goes on: an awaiter that calls back twice changes nothing. Loop thread.</summary>
    private bool _armed;

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

    internal void Arm() => _armed = true;

    internal override void Run()
    {
        if (_armed)
        {
            _armed = false;
            AmbientContext.Switch(Task.RunContext);
            Task.Run();
        }
    }

    internal override string Describe() => Task.Describe();

    private void ComeBack()
    {
        if (!_loop.TryPost(this, null, null))
        {
            _loop.CountLateCompletion();
        }
    }
}
