using System.Diagnostics;

namespace Bridge;

/// <summary>Work that a loop does again and again: <see cref="EventLoop.Every(TimeSpan, Func{CancellationToken, Coroutine}, MissedTicks, TickFailure)"/>. Disposing it ends it.</summary>
/// <remarks>Threads: the loop's.</remarks>
[DebuggerDisplay("every {_period}, {Count} ticks")]
public sealed class PeriodicTicks : IDisposable, IAsyncDisposable
{
    private readonly EventLoop _loop;
    private readonly TimeSpan _period;
    private readonly Func<CancellationToken, Coroutine> _tick;
    private readonly MissedTicks _missed;
    private readonly TickFailure _failure;
    private readonly LoopTask _task;
    private bool _isStopped;
    private bool _isDisposedByItself;

    internal PeriodicTicks(EventLoop loop, TimeSpan period, Func<CancellationToken, Coroutine> tick, MissedTicks missed, TickFailure failure)
    {
        _loop = loop;
        _period = period;
        _tick = tick;
        _missed = missed;
        _failure = failure;
        _task = loop.CreateTask(RunTicks(loop.NowTicks), new TaskOptions { Name = $"every {period}" });

        // Whoever closes a loop need not stop its ticks first.
        _task.IsReportedWhenDestroyed = false;
    }

    /// <summary>How many ticks have begun.</summary>
    public long Count { get; private set; }

    /// <summary>Whether no further tick comes: disposed, ended by a failure, or the loop cancelled its tasks.</summary>
    public bool IsStopped => _isStopped || _task.IsDone;

    /// <summary>Ends the ticking: no further tick begins, and one that is under way is asked to cancel.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread; use <c>loop.CallSoonThreadSafe(ticks.Dispose)</c>.</exception>
    /// <remarks>Called by the tick itself it lets that tick go on to its end. A second call does nothing; after the loop closed it is harmless.</remarks>
    public void Dispose()
    {
        _loop.AssertLoopThread();
        _isStopped = true;
        if (ReferenceEquals(_loop.CurrentTask, _task))
        {
            _isDisposedByItself = true;
        }
        else if (!_isDisposedByItself && !_loop.IsClosed && _task.CancelRequests == 0)
        {
            _task.Cancel();
        }
    }

    /// <summary>Like <see cref="Dispose"/>, and waits until a tick that is under way has ended.</summary>
    /// <returns>A coroutine. Cancelling it ends the wait only. From the tick itself it does not wait.</returns>
    /// <exception cref="InvalidOperationException">On await: the loop runs on another thread.</exception>
    public async Coroutine DisposeAsync()
    {
        Dispose();
        if (!ReferenceEquals(_loop.CurrentTask, _task))
        {
            await LoopTask.Wait([_task]);
        }
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    /// <summary>Every deadline is counted from the first, so that no delay adds up.</summary>
    private async Coroutine RunTicks(long start)
    {
        long number = 1;
        while (true)
        {
            await LoopTask.Sleep(TimeSpan.FromTicks(DeadlineOf(start, number) - _loop.NowTicks));
            if (_isStopped)
            {
                return;
            }

            Count++;
            await RunTick();
            if (_isStopped || _task.CancelRequests > 0)
            {
                return;
            }

            number = Following(start, number);
        }
    }

    private long DeadlineOf(long start, long number) => start + (number * _period.Ticks);

    /// <summary>The next tick to come, after this one.</summary>
    private long Following(long start, long number)
    {
        (long due, long beyond) = Math.DivRem(_loop.NowTicks - start, _period.Ticks);
        return _missed switch
        {
            MissedTicks.CatchUp => number + 1,
            MissedTicks.Coalesce => Math.Max(number + 1, due),

            // One whose time is right now was not missed.
            _ => Math.Max(number + 1, beyond == 0 ? due : due + 1),
        };
    }

    private async Coroutine RunTick()
    {
        try
        {
            Coroutine tick = _tick(LoopTask.Current!.CancellationToken) ?? throw new InvalidOperationException(Messages.NullTick);
            await tick;
        }
        catch (OperationCanceledException) when (LoopTask.Current!.CancelRequests > 0)
        {
            // Asked to end: by Dispose, or by whoever ends the loop's tasks.
            _isStopped = true;
            throw;
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            _isStopped |= _failure == TickFailure.Stop;
            _loop.CallExceptionHandler(new LoopErrorContext(Messages.TickFailed(_period, Count, _isStopped), exception) { Task = _task });
        }
    }
}
