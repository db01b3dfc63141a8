namespace Bridge.Interleaving;

/// <summary>A real thread that runs one of a model's threads in each run; kept for all runs of an explorer.</summary>
/// <remarks>All but <see cref="_stop"/> belongs to the holder of the baton; the semaphores that pass the baton order the accesses.</remarks>
internal sealed class ModelThread : IDisposable
{
    private readonly SemaphoreSlim _baton = new(0);
    private readonly Thread _thread;
    private ScheduledRun? _run;
    private Action? _body;

    /// <summary>Written by the disposing thread before it passes the baton, read after that.</summary>
    private bool _stop;

    internal ModelThread()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "model thread" };
        _thread.Start();
    }

    internal string Name { get; private set; } = "";

    internal ModelThreadState State { get; set; }

    /// <summary>What it waits for, in state Waiting.</summary>
    internal Func<bool>? Condition { get; set; }

    /// <summary>The step at which it found itself blocked, in state Blocked: it can go on once there was another.</summary>
    internal long BlockedAt { get; set; }

    internal void Prepare(ScheduledRun run, string name, Action body)
    {
        _run = run;
        _body = body;
        Name = name;
        State = ModelThreadState.Ready;
    }

    internal void PassBaton() => _baton.Release();

    internal void AwaitBaton() => _baton.Wait();

    public void Dispose()
    {
        _stop = true;
        PassBaton();
        _thread.Join();
        _baton.Dispose();
    }

    private void Work()
    {
        AwaitBaton();
        while (!_stop)
        {
            _run!.RunThread(this, _body!);
            AwaitBaton();
        }
    }
}

/// <summary>Whether a model's thread can go on.</summary>
internal enum ModelThreadState
{
    Ready,

    /// <summary>Once its condition holds.</summary>
    Waiting,

    /// <summary>It spins: once another thread has done something.</summary>
    Blocked,

    Ended,
}
