namespace Bridge;

/// <summary>One scheduled timer: linked into the wheel, then queued as work, then pooled and used again.</summary>
internal sealed class TimerNode : LoopWork
{
    internal const int Free = -1;
    internal const int Queued = -2;
    internal const int InHeap = -3;

    private readonly EventLoop _loop;

    internal TimerNode(EventLoop loop) => _loop = loop;

    internal object? Callback;
    internal object? State;
    internal ExecutionContext? Context;

    /// <summary>Loop time in ticks.</summary>
    internal long Deadline;

    /// <summary>Order among equal deadlines, and the version a handle compares: a node that was used again has another one.</summary>
    internal long Sequence;

    internal TimerNode? Previous;
    internal TimerNode? Next;

    /// <summary>A wheel slot (level * 64 + index) if not negative, else one of the constants above.</summary>
    internal int Place = Free;

    /// <summary>Position in the heap of due timers while <see cref="Place"/> is <see cref="InHeap"/>.</summary>
    internal int HeapIndex;

    internal override ExecutionContext? RunContext => Context;

    internal override void Run()
    {
        object? callback = Callback;
        object? state = State;
        _loop.ReleaseTimer(this);
        if (callback is null)
        {
            return;
        }

        try
        {
            EventLoop.Invoke(callback, state);
        }
        catch (Exception) when (_loop.NoteFaultyTimer(callback))
        {
            // Not reached: the filter only notes what failed, for this node has let go of it and may serve another timer already.
            throw;
        }
    }

    internal override string Describe() => Callback is null ? "timer" : CallbackText.Of(Callback);

    /// <summary>A sleeping task was cancelled: the timer goes, the task is queued. False: the timer is due already, or is no sleep's.</summary>
    internal bool TryCutSleep()
    {
        if (Place == Queued || Callback is not LoopWork sleeper)
        {
            return false;
        }

        ExecutionContext? context = Context;
        _loop.CancelTimer(this);
        _loop.Enqueue(sleeper, null, context);
        return true;
    }
}
