namespace Bridge;

/// <content>Loops within loops: a blocking scope runs a loop of its own on the thread of the loop that it blocks.</content>
public abstract partial class EventLoop
{
    /// <summary>What a waiting scope sleeps at most before it looks whether the wait is over: whatever ends it cannot wake the selector.</summary>
    private static readonly TimeSpan s_pumpSleep = TimeSpan.FromMilliseconds(5);

    /// <summary>Limits a sleep while a wait is pumped; null else. Loop thread.</summary>
    private TimeSpan? _sleepLimit;

    private int _pumpDepth;

    /// <summary>Blocking scopes, and waits inside them, nest this deep at most on one thread; beyond it they throw.</summary>
    public static int MaximumBlockingDepth => 16;

    /// <summary>The loop that this one, a blocking scope's, keeps from running; null for all others. Set once, before it runs.</summary>
    internal EventLoop? Outer { get; private set; }

    /// <summary>Scopes from the thread's own loop down to this one.</summary>
    internal int ScopeDepth { get; private set; }

    /// <summary>A scope runs on this loop's thread: nothing of this loop goes on before it is over. Loop thread; others see no more than that it is not theirs.</summary>
    internal bool IsSuspended { get; set; }

    /// <summary>Makes this the loop of a scope on <paramref name="outer"/>. Loop thread.</summary>
    internal void BecomeScopeOf(EventLoop outer)
    {
        Outer = outer;
        ScopeDepth = outer.ScopeDepth + 1;
        _synchronizationContext.SetSuccessor(outer._synchronizationContext);
        _exceptionHandler = (_, report) => outer.CallExceptionHandler(report);
        _blockingHandler = outer.ReportBlock;
    }

    /// <summary>What async methods begun in the scope have still to do when it is over goes on on the outer loop.</summary>
    internal void HandOver()
    {
        _synchronizationContext.HandOver();
        Stop();
        RunForever();
    }

    /// <summary>Runs turns, inside a callback of this very loop, until something outside is over.</summary>
    /// <exception cref="InvalidOperationException">Such waits are nested too deep.</exception>
    internal void PumpUntil(Func<bool> isOver)
    {
        if (ScopeDepth + _pumpDepth >= MaximumBlockingDepth)
        {
            throw new BlockingWaitException(Messages.TooDeep(this));
        }

        bool wasStopping = _stopping;
        TimeSpan? limit = _sleepLimit;
        object? step = null;
        LeaveStep(ref step);
        _stopping = false;
        _sleepLimit = s_pumpSleep;
        _pumpDepth++;

        // The callback that waits has its slot in the present array.
        _ready.Move();
        try
        {
            ExecutionContext.Run(
                AmbientContext.Default,
                static state =>
                {
                    (EventLoop loop, Func<bool> isOver) = ((EventLoop, Func<bool>))state!;
                    while (!isOver())
                    {
                        loop.RunTurn();
                    }
                },
                (this, isOver));
        }
        finally
        {
            _pumpDepth--;
            _sleepLimit = limit;
            _stopping |= wasStopping;
            ReturnToStep(step);
        }
    }

    // Implemented where tasks are defined: the step that waits is not the one that runs meanwhile.
    partial void LeaveStep(ref object? step);

    partial void ReturnToStep(object? step);
}
