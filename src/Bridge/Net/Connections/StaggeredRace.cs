namespace Bridge.Net;

/// <summary>Attempts that start one after the other, each after a delay or when the one before it has failed; the first success wins.</summary>
/// <typeparam name="T">What a success gives.</typeparam>
/// <remarks>Loop thread; used once. Source: asyncio's <c>staggered_race</c> of 3.14.</remarks>
internal sealed class StaggeredRace<T> : IChildObserver
{
    private readonly EventLoop _loop;
    private readonly IReadOnlyList<Func<Coroutine<T>>> _attempts;
    private readonly TimeSpan? _delay;
    private readonly Action<T> _discard;
    private readonly List<LoopTask> _running = [];

    /// <summary>By index, also those that have ended.</summary>
    private readonly List<LoopTask> _started = [];
    private readonly List<Exception?> _failures = [];
    private ObserverWait? _news;
    private TimerHandle _delayTimer;

    /// <summary>The one before has failed or had its time.</summary>
    private bool _mayStart = true;
    private int _winner = -1;
    private T? _result;

    /// <param name="loop">The loop.</param>
    /// <param name="attempts">What to try, in order.</param>
    /// <param name="delay">Null: only a failure starts the next.</param>
    /// <param name="discard">Given the result of an attempt that succeeded although another one had won.</param>
    internal StaggeredRace(EventLoop loop, IReadOnlyList<Func<Coroutine<T>>> attempts, TimeSpan? delay, Action<T> discard)
    {
        _loop = loop;
        _attempts = attempts;
        _delay = delay;
        _discard = discard;
    }

    /// <summary>Runs the race until every attempt that was started has ended.</summary>
    /// <returns>The winner's result and index (-1: nobody won), and the failures of those that started; null for the winner.</returns>
    internal async Coroutine<(T? Result, int Winner, IReadOnlyList<Exception?> Failures)> Run()
    {
        OperationCanceledException? cancelled = null;
        while (true)
        {
            bool canStart = _winner < 0 && cancelled is null && _failures.Count < _attempts.Count;
            if (canStart && _mayStart)
            {
                StartNext();
            }
            else if (!canStart && _running.Count == 0)
            {
                break;
            }

            _news = new ObserverWait(_loop, this);
            try
            {
                await _news;
            }
            catch (OperationCanceledException exception)
            {
                // The attempts end first, so that none is left to itself.
                cancelled = exception;
                CancelAllBut(null);
            }
        }

        _delayTimer.Cancel();
        if (cancelled is null)
        {
            return (_result, _winner, _failures);
        }

        if (_winner >= 0)
        {
            _discard(_result!);
        }

        throw cancelled;
    }

    private void StartNext()
    {
        _mayStart = false;
        _delayTimer.Cancel();
        int index = _failures.Count;
        _failures.Add(null);
        LoopTask task = _loop.CreateTask(RunOne(index));
        _running.Add(task);
        _started.Add(task);
        ChildWatch.Start(this, task);
        if (_delay is { } delay && !_mayStart)
        {
            _delayTimer = _loop.CallLater(delay, static race => ((StaggeredRace<T>)race!).LetNextStart(), this);
        }
    }

    private async Coroutine RunOne(int index)
    {
        try
        {
            T result = await _attempts[index]();
            if (_winner >= 0)
            {
                _discard(result);
                return;
            }

            _winner = index;
            _result = result;
            CancelAllBut(LoopTask.Current);
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            _failures[index] = exception;
            if (index == _failures.Count - 1)
            {
                LetNextStart();
            }
        }
    }

    private void LetNextStart()
    {
        _mayStart = true;
        _news?.TrySetResult(default);
    }

    void IChildObserver.OnChildDone(LoopFuture child)
    {
        int index = _started.IndexOf((LoopTask)child);
        _running.Remove((LoopTask)child);
        if (index != _winner)
        {
            // Cancelled before its first step.
            _failures[index] ??= new LoopCanceledException();
        }

        _news?.TrySetResult(default);
    }

    IEnumerable<LoopFuture> IChildObserver.Children => _running;

    void IChildObserver.NameAwaiters(WaitWalk walk)
    {
        if (_news is { } news)
        {
            walk.GoThrough(news);
        }
    }

    private void CancelAllBut(LoopTask? winner)
    {
        foreach (LoopTask task in _running)
        {
            if (!ReferenceEquals(task, winner))
            {
                task.Cancel();
            }
        }
    }
}
