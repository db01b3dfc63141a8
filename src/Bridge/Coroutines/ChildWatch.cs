namespace Bridge;

/// <summary>Hears, on the loop thread and in a turn of its own, that one of several awaited futures is done.</summary>
internal interface IChildObserver
{
    /// <summary>Called once per watch, after <paramref name="child"/> is done.</summary>
    void OnChildDone(LoopFuture child);

    /// <summary>What it watches, done or not; for call graphs. Loop thread.</summary>
    IEnumerable<LoopFuture> Children { get; }

    /// <summary>Tells the walk who waits for the children through this. Loop thread.</summary>
    void NameAwaiters(WaitWalk walk);
}

/// <summary>One watched future of an <see cref="IChildObserver"/>: what is queued when it is done.</summary>
internal sealed class ChildWatch : LoopWork, IFutureWaiter
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

    void IFutureWaiter.NameAwaiters(WaitWalk walk) => _observer.NameAwaiters(walk);

    /// <summary>Starts watching; a future that is done already is heard of in the next turn.</summary>
    internal static ChildWatch Start(IChildObserver observer, LoopFuture child)
    {
        var watch = new ChildWatch(observer, child);
        child.AddWaiter(watch);
        return watch;
    }

    internal void Stop() => Child.RemoveWaiter(this);
}

/// <summary>What an observer's own code awaits until its children are done.</summary>
internal sealed class ObserverWait : LoopFuture<NoResult>
{
    private readonly IChildObserver _observer;

    internal ObserverWait(EventLoop loop, IChildObserver observer)
        : base(loop) => _observer = observer;

    internal override IEnumerable<LoopFuture> StandsFor => _observer.Children;
}
