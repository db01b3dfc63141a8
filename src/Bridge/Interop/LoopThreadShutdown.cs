namespace Bridge;

/// <summary>How an <see cref="EventLoopThread"/> ends: tasks first, then blocking calls, then the loop. Everything but Report: loop thread.</summary>
internal sealed class LoopThreadShutdown
{
    private readonly EventLoop _loop;

    /// <summary>Set once the run has ended and the tasks are being waited for.</summary>
    private bool _hasBegun;

    /// <summary>The one task that must not be cancelled.</summary>
    private LoopTask? _task;

    internal LoopThreadShutdown(EventLoop loop) => _loop = loop;

    /// <summary>Somebody wants the end: ends the run, or asks the tasks once more if it has ended.</summary>
    internal void Request()
    {
        if (_hasBegun)
        {
            CancelTasks();
        }
        else
        {
            _loop.Stop();
        }
    }

    /// <summary>After the run.</summary>
    internal void Run()
    {
        _hasBegun = true;
        try
        {
            _task = _loop.CreateTask(EndEverything());
            _loop.RunUntilComplete(_task);
        }
        catch (Exception exception)
        {
            // Something called Loop.Stop again, or ended the run by force: it gets its way, and the loop is closed as it is.
            _loop.CallExceptionHandler(new LoopErrorContext($"Event loop '{_loop.Name}' was stopped before its tasks had ended", exception));
        }
        finally
        {
            _loop.Close();
        }
    }

    /// <summary>The time to stop is over: has the loop say what is left. Any thread.</summary>
    internal void Report(TimeSpan limit)
        => _loop.TryPost(new Action(() => _loop.CallExceptionHandler(new LoopErrorContext(
            $"The thread of event loop '{_loop.Name}' did not stop within {limit}; still there: {string.Join(", ", Others())}"))), null, null);

    private void CancelTasks()
    {
        foreach (LoopTask task in Others())
        {
            task.Cancel("the event loop's thread is stopping");
        }
    }

    private IEnumerable<LoopTask> Others() => LoopTask.All(_loop).Where(task => !ReferenceEquals(task, _task));

    /// <summary>Until none is left: what a task starts while it cleans up is cancelled as well.</summary>
    private async Coroutine EndEverything()
    {
        while (Others().ToList() is { Count: > 0 } others)
        {
            CancelTasks();
            foreach (LoopTask task in others)
            {
                await Ended(task);
            }
        }

        await _loop.ShutdownDefaultExecutor();
    }

    /// <summary>Done when the task is, however that ends; its failure stays for those who look, or for the report that nobody did.</summary>
    private LoopFuture<bool> Ended(LoopTask task)
    {
        LoopFuture<bool> ended = _loop.CreateFuture<bool>();
        task.AddDoneCallback(_ => ended.TrySetResult(true));
        return ended;
    }
}
