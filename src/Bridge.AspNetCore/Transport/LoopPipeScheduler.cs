using System.IO.Pipelines;

namespace Bridge.AspNetCore;

/// <summary>Runs what the pipes of a loop's connections wake, on the loop thread: parsers that got bytes, senders that got a response.</summary>
/// <remarks>
/// On the loop thread the wake-ups go into a queue, in order. A connection that has received drains it at once (<see cref="Flush"/>): its
/// parser runs, and only after it the sender, which then finds the responses to all requests of that receive and sends them together.
/// Any thread may schedule; the queue itself belongs to the loop thread.
/// </remarks>
internal sealed class LoopPipeScheduler : PipeScheduler
{
    /// <summary>How many wake-ups run before other connections get their turn: two pipes that feed each other would never end.</summary>
    private const int LongestRun = 64;

    private readonly EventLoop _loop;
    private readonly Queue<(Action<object?> Action, object? State)> _queue = new();

    /// <summary>A callback that drains the queue is scheduled, or the queue is being drained.</summary>
    private bool _isDrainDue;

    internal LoopPipeScheduler(EventLoop loop) => _loop = loop;

    /// <inheritdoc/>
    public override void Schedule(Action<object?> action, object? state)
    {
        if (_loop.IsOnLoopThread)
        {
            _queue.Enqueue((action, state));
            DrainSoon();
        }
        else if (!_loop.TryCallSoonThreadSafe(action, state))
        {
            // The loop is closed, and whoever waits must still hear that the connection is over.
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: false);
        }
    }

    /// <summary>Flushes, and runs whom that wakes before it returns. Loop thread, not from within a wake-up.</summary>
    internal ValueTask<FlushResult> Flush(PipeWriter input)
    {
        // What the flush wakes only gathers until RunQueued.
        _isDrainDue = true;
        try
        {
            return input.FlushAsync(CancellationToken.None);
        }
        finally
        {
            RunQueued();
        }
    }

    /// <summary>Runs what has gathered, and what that wakes.</summary>
    private void RunQueued()
    {
        _isDrainDue = true;
        try
        {
            for (int left = LongestRun; left > 0 && _queue.TryDequeue(out (Action<object?> Action, object? State) next); left--)
            {
                next.Action(next.State);
            }
        }
        finally
        {
            // Also when one of them threw: the others were promised to run.
            _isDrainDue = false;
            if (_queue.Count > 0)
            {
                DrainSoon();
            }
        }
    }

    private void DrainSoon()
    {
        if (!_isDrainDue)
        {
            _isDrainDue = true;
            _loop.CallSoon(static scheduler => ((LoopPipeScheduler)scheduler!).RunQueued(), this);
        }
    }
}
