namespace Bridge;

/// <summary>How an <see cref="EventLoopThread"/> ends: tasks first, then blocking calls, then the loop. Everything but Report: loop thread.</summary>
internal sealed class LoopThreadShutdown
{
    private readonly EventLoop _loop;
    private readonly LoopWindUp _windUp;

    /// <summary>Set once the run has ended and the tasks are being waited for.</summary>
    private bool _hasBegun;

    internal LoopThreadShutdown(EventLoop loop)
    {
        _loop = loop;
        _windUp = new LoopWindUp(loop, "the event loop's thread is stopping");
    }

    /// <summary>Somebody wants the end: ends the run, or asks the tasks once more if it has ended.</summary>
    internal void Request()
    {
        if (_hasBegun)
        {
            _windUp.CancelTasks();
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
        if (_loop.IsClosed)
        {
            return; // By ShutdownAsync, which has wound it up.
        }

        try
        {
            _loop.RunUntilComplete(_windUp.CreateTask(EndEverything()));
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
            $"The thread of event loop '{_loop.Name}' did not stop within {limit}; still there: {string.Join(", ", _windUp.Pending)}"))), null, null);

    private async Coroutine EndEverything()
    {
        await _windUp.EndTasks();
        await _loop.ShutdownDefaultExecutor();
    }
}
