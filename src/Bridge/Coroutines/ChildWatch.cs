namespace Bridge;

/// <summary>Hears, on the loop thread and in a turn of its own, that one of several awaited futures is done.</summary>
internal interface IChildObserver
{
    /// <summary>Called once per watch, after <paramref name="child"/> is done.</summary>
    void OnChildDone(LoopFuture child);
}

/// <summary>One watched future of an <see cref="IChildObserver"/>: what is queued when it is done.</summary>
internal sealed class ChildWatch : LoopWork
{
    private readonly IChildObserver _observer;

    internal ChildWatch(IChildObserver observer, LoopFuture child)
    {
        _observer = observer;
        Child = child;
    }

    internal LoopFuture Child { get; }

    internal override void Run() => _observer.OnChildDone(Child);

    internal override string Describe() => $"{_observer} watching {Child}";

    /// <summary>Starts watching; a future that is done already is heard of in the next turn.</summary>
    internal static ChildWatch Start(IChildObserver observer, LoopFuture child)
    {
        var watch = new ChildWatch(observer, child);
        child.AddWaiter(watch);
        return watch;
    }

    internal void Stop() => Child.RemoveWaiter(this);
}
