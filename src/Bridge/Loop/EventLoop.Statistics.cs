namespace Bridge;

/// <content>Figures for people and meters, read from what the loop counts anyway.</content>
public abstract partial class EventLoop
{
    /// <summary>How much the loop has done and what waits in it. Any thread, also after close.</summary>
    /// <returns>
    /// A snapshot. While the loop runs its parts are of slightly different moments, each of them right at its own; nothing is stopped or
    /// locked for it but the inbox, for an instant.
    /// </returns>
    public LoopStatistics GetStatistics()
    {
        // Read while the loop thread writes them: words of 64 bits, none of which is ever set back while the loop is open. Head before
        // tail, so that what is taken meanwhile makes the depth larger, never negative.
        long head = _ready.Head;
        Interlocked.MemoryBarrier();
        long tail = _ready.Tail;
        (long posts, int waiting, long wakes) = _inbox.Counts;
        return new LoopStatistics(head + posts - waiting, posts, wakes, (int)Math.Max(0, tail - head), waiting, _timers.Count, LateCompletions);
    }
}
