namespace Bridge;

/// <summary>What a <see cref="LoopTask.Wait{TFuture}"/> suspends on: done when enough of the watched futures are.</summary>
internal sealed class WaitBarrier : LoopFuture<NoResult>, IChildObserver
{
    private readonly WaitCondition _condition;
    private readonly ChildWatch[] _watches;
    private int _left;

    internal WaitBarrier(EventLoop loop, LoopFuture[] futures, WaitCondition condition)
        : base(loop)
    {
        _condition = condition;
        _left = futures.Length;
        _watches = Array.ConvertAll(futures, future => ChildWatch.Start(this, future));
    }

    internal override IEnumerable<LoopFuture> StandsFor => _watches.Select(watch => watch.Child);

    IEnumerable<LoopFuture> IChildObserver.Children => StandsFor;

    void IChildObserver.NameAwaiters(WaitWalk walk) => walk.GoThrough(this);

    public void OnChildDone(LoopFuture child)
    {
        _left--;
        bool enough = _left == 0
            || _condition == WaitCondition.FirstCompleted
            || (_condition == WaitCondition.FirstException && child.PeekException is not null);
        if (enough)
        {
            TrySetResult(default);
        }
    }

    internal void StopWatching()
    {
        foreach (ChildWatch watch in _watches)
        {
            watch.Stop();
        }
    }
}
