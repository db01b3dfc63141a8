namespace Bridge.Interleaving;

/// <summary>One of a model's threads in one run. Belongs to the holder of the baton; passing it orders the accesses.</summary>
internal sealed class ModelThread(string name, Action body)
{
    private readonly Baton _baton = new();

    internal string Name { get; } = name;

    internal Action Body { get; } = body;

    internal ModelThreadState State { get; set; }

    /// <summary>What it waits for, in state Waiting.</summary>
    internal Func<bool>? Condition { get; set; }

    /// <summary>How far the run had come when it found itself blocked, in state Blocked: it can go on once another thread got further.</summary>
    internal int BlockedAt { get; set; }

    internal void PassBaton() => _baton.Pass();

    internal void AwaitBaton() => _baton.Await();
}

/// <summary>Whether a model's thread can go on.</summary>
internal enum ModelThreadState
{
    NotStarted,

    Ready,

    /// <summary>Once its condition holds.</summary>
    Waiting,

    /// <summary>It spins: once another thread has done something.</summary>
    Blocked,

    Ended,
}
