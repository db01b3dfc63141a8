using System.Diagnostics;
using Bridge.Executors;

namespace Bridge;

/// <summary>One bounded shutdown: the loop winds itself up, and a thread beside it sees to it that the one who waits is told in time.</summary>
/// <remarks>
/// A thread and not a timer, whose callback would need the .NET pool, which may be what is stuck. It is also the one that tells: what waits for
/// the task goes on there, and neither the loop nor whoever closes it runs a stranger's code.
/// </remarks>
#pragma warning disable CA1001 // An event whose wait handle nobody asks for holds nothing but memory, and the loop may set it late.
internal sealed class BoundedShutdown
#pragma warning restore CA1001
{
    private readonly EventLoop _loop;
    private readonly TimeSpan _timeout;
    private readonly JobEnding _runningJobs;

    /// <summary>The task that awaits this shutdown on the loop itself.</summary>
    private readonly LoopTask? _caller;
    private readonly LoopWindUp _windUp;
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource<LoopShutdownReport> _told = new();

    /// <summary>Set after <see cref="_report"/>.</summary>
    private readonly ManualResetEventSlim _ended = new();
    private CloseRegistration _closeRegistration;

    /// <summary>What became of it: the first word counts. Written by compare-exchange: by the loop or its closer, or by the watching thread when they do not answer.</summary>
    private LoopShutdownReport? _report;

    internal BoundedShutdown(EventLoop loop, TimeSpan timeout, JobEnding runningJobs, LoopTask? caller)
    {
        _loop = loop;
        _timeout = timeout;
        _runningJobs = runningJobs;
        _caller = caller;
        _windUp = new LoopWindUp(loop, "the event loop is being shut down", caller);
    }

    /// <summary>Any thread.</summary>
    internal TimeSpan TimeLeft
    {
        get
        {
            TimeSpan left = _timeout - Stopwatch.GetElapsedTime(_began);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    internal Task<LoopShutdownReport> Begin()
    {
        bool isDriven = _loop.IsRunning;
        _closeRegistration = _loop.OnClose(() => End(MakeReport(loopAnswered: true)));
        if (_loop.TryPost(new Action(() => _windUp.CreateTask(WindUp()).IsReportedWhenDestroyed = false), null, null) && !isDriven)
        {
            StartThread(Drive, "run");
        }

        StartThread(Watch, "shutdown");
        return _told.Task;
    }

    private void StartThread(ThreadStart start, string name)
        => new Thread(start) { IsBackground = true, Name = $"{_loop.Name}-{name}" }.UnsafeStart();

    private void Watch()
    {
        if (_runningJobs == JobEnding.Interrupt && !_ended.Wait(_timeout / 2) && _loop.DefaultExecutorIfAny is { } executor)
        {
            executor.Shutdown(wait: false, cancelFutures: true);
            executor.InterruptRunningJobs();
        }

        if (!_ended.Wait(TimeLeft))
        {
            _loop.TryPost(new Action(Finish), null, null);
            if (!_ended.Wait(_loop.ShutdownGrace))
            {
                End(MakeReport(loopAnswered: false));
            }
        }

        _closeRegistration.Dispose();
        _told.SetResult(_report!);
    }

    /// <summary>Nobody runs the loop.</summary>
    private void Drive()
    {
        try
        {
            _loop.RunForever();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ObjectDisposedException)
        {
            // Somebody does, by now, or has closed it.
        }
        catch (Exception exception)
        {
            _loop.CallExceptionHandler(new LoopErrorContext($"The shutdown of event loop '{_loop.Name}' was ended by an exception", exception));
        }
    }

    private async Coroutine WindUp()
    {
        try
        {
            await _windUp.EndTasks();
            if (_runningJobs == JobEnding.Abandon)
            {
                _loop.AbandonDefaultExecutor();
            }
            else
            {
                await _loop.EndDefaultExecutor(TimeLeft);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever runs the loop winds it up himself, and cancels all tasks for it: his close tells.
            return;
        }

        Finish();
    }

    /// <summary>Loop thread: everything has ended, or the time is up. Also after the report was given without the loop: it is still to be closed.</summary>
    private void Finish()
    {
        LoopShutdownReport report = MakeReport(loopAnswered: true);
        if (_caller is not null)
        {
            End(report);
            return;
        }

        // Made before the close, which forgets what is pending; told after it.
        Interlocked.CompareExchange(ref _report, report, null);
        _loop.StopAndClose();
    }

    private void End(LoopShutdownReport report)
    {
        Interlocked.CompareExchange(ref _report, report, null);
        Interrupts.Set(_ended);
    }

    private LoopShutdownReport MakeReport(bool loopAnswered)
        => new(_loop.Name, _windUp.Pending, _loop.DefaultExecutorIfAny?.RunningJobs ?? [], _loop.DefaultExecutorIfAny?.QueuedJobCount ?? 0, loopAnswered);
}
