using System.Diagnostics;
using System.Runtime.CompilerServices;
using Bridge.Executors;

namespace Bridge;

/// <summary>An event loop: one thread runs callbacks, coroutines, timers and I/O handlers, one at a time, turn after turn.</summary>
/// <remarks>
/// <para>
/// This class owns what every loop has: the ready queue, the timers, the inbox for other threads, the life cycle and the reports.
/// A subclass says how to wait for I/O; <see cref="SelectorEventLoop"/> is the one to use.
/// </para>
/// <para>
/// Threads: a loop belongs to the thread that runs it. While it runs, every member throws on other threads, at once, unless its
/// documentation says otherwise; while it does not run, any one thread may prepare it.
/// </para>
/// <para>Source: asyncio's <c>AbstractEventLoop</c> and <c>BaseEventLoop</c>.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public abstract partial class EventLoop : IDisposable, IAsyncDisposable
{
    private static int s_lastNumber;

    private readonly LoopSynchronizationContext _synchronizationContext;
    private readonly CloseRegistry _closeRegistry = new();

    /// <summary>Leaves Idle by compare-exchange, and comes back to it by the running thread's write; read by any (a snapshot).</summary>
    private volatile EventLoopState _state;

    private readonly TimeSpan? _watchdogBudget;
    private bool _stopping;
    private bool _closesAfterRun;

    private protected EventLoop(EventLoopOptions? options)
    {
        // Nobody can close a loop whose constructor throws; from MarkOpen on it is to be closed.
        GC.SuppressFinalize(this);
        options ??= new EventLoopOptions();
        ArgumentNullException.ThrowIfNull(options.TimeProvider, nameof(options));
        if (options.MaximumSpin < TimeSpan.Zero || options.MaximumSpin > TimeSpan.FromSeconds(1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MaximumSpin, $"MaximumSpin is {options.MaximumSpin}; it must lie between zero and one second.");
        }

        Name = options.Name ?? $"loop-{Interlocked.Increment(ref s_lastNumber)}";
        _clock = new LoopClock(options.TimeProvider);
        _alarm = ReferenceEquals(options.TimeProvider, TimeProvider.System) ? null : new ClockAlarm(options.TimeProvider, WakeSelector);
        TimeProvider = new LoopTimeProvider(this, options.TimeProvider);
        _strictPolling = options.StrictPolling;
        AwaitsThroughContext = options.AwaitsThroughContext;
        _measureTurns = options.MeasureTurns;
        _idleSpin = new IdleSpin(options.MaximumSpin);
        _logger = options.Logger;
        Debug = options.Debug ?? (Environment.GetEnvironmentVariable("BRIDGE_DEBUG") is { Length: > 0 } flag && flag != "0");
        _synchronizationContext = new LoopSynchronizationContext(this);
        _blockedWait = new BlockedWait(this);
        BlockingWaits = options.BlockingWaits;
        _watchdogBudget = options.Watchdog;
        if (_watchdogBudget is { } budget)
        {
            CheckBudget(budget);
        }
    }

    /// <summary>Reports a loop that was never closed.</summary>
    ~EventLoop()
    {
        if (_state != EventLoopState.Closed)
        {
            WriteReport(new LoopErrorContext($"Event loop '{Name}' was not closed. Dispose it, or use EventLoop.Run."));
        }
    }

    /// <summary>The loop running in this thread.</summary>
    /// <exception cref="InvalidOperationException">No loop is running in this thread.</exception>
    /// <remarks>Source: <c>asyncio.get_running_loop</c>.</remarks>
    public static EventLoop Running => RunningLoop.Required;

    /// <summary>The loop running in this thread, else the one installed for it by <see cref="SetCurrent"/>.</summary>
    /// <exception cref="InvalidOperationException">There is neither.</exception>
    /// <remarks>Source: <c>asyncio.get_event_loop</c> of 3.14, which no longer makes one.</remarks>
    public static EventLoop Current
        => RunningLoop.Current ?? RunningLoop.Installed ?? throw new InvalidOperationException(Messages.NoCurrentLoop);

    /// <summary>Names the loop in errors, reports and debuggers. Any thread.</summary>
    public string Name { get; }

    /// <summary>Whether some thread is inside <see cref="RunForever"/>. Any thread; a snapshot.</summary>
    public bool IsRunning => _state == EventLoopState.Running;

    /// <summary>Whether <see cref="Close"/> was called. Any thread; never turns back.</summary>
    public bool IsClosed => _state == EventLoopState.Closed;

    /// <summary>The context that plain <c>async Task</c> code on this loop resumes through. Any thread.</summary>
    /// <remarks>
    /// <c>Post</c> is <see cref="CallSoonThreadSafe(Action, ExecutionContext?)"/>; after close it drops the callback and counts it
    /// (<see cref="LateCompletions"/>). <c>Send</c> runs inline on the loop thread and waits elsewhere; it throws
    /// <see cref="ObjectDisposedException"/> rather than wait for a closed loop.
    /// </remarks>
    public SynchronizationContext SynchronizationContext => _synchronizationContext;

    /// <summary>See <see cref="EventLoopOptions.AwaitsThroughContext"/>.</summary>
    internal bool AwaitsThroughContext { get; }

    /// <summary>Finds the loop running in this thread.</summary>
    /// <param name="loop">The loop, or null.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryGetRunning([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out EventLoop? loop)
    {
        loop = RunningLoop.Current;
        return loop is not null;
    }

    /// <summary>Installs a loop (or none) as this thread's <see cref="Current"/> one. Starts nothing.</summary>
    /// <param name="loop">The loop, or null to install none.</param>
    /// <remarks>Source: <c>asyncio.set_event_loop</c>.</remarks>
    public static void SetCurrent(EventLoop? loop) => RunningLoop.Installed = loop;

    /// <summary>Runs turn after turn until <see cref="Stop"/>; the turn in which it is called is the last.</summary>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <exception cref="InvalidOperationException">This loop is running already, or another one is running in this thread.</exception>
    /// <remarks>
    /// <para>Exceptions of callbacks go to the exception handler; only an <see cref="IFatalLoopException"/> leaves this method. The loop can run again afterwards.</para>
    /// <para>Source: <c>loop.run_forever</c>.</para>
    /// </remarks>
    public void RunForever()
    {
        CheckCanRun();
        ClaimRun();

        // Gives the caller its own ambient and synchronization contexts back afterwards, also one whose flow is suppressed.
        try
        {
            ExecutionContext.Run(AmbientContext.Default, static loop => ((EventLoop)loop!).RunTurns(), this);
        }
        finally
        {
            if (_closesAfterRun)
            {
                Close();
            }
        }
    }

    /// <summary>Asks the loop to return from <see cref="RunForever"/> after the current turn; before running: after one turn that does not wait.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread; use <c>loop.CallSoonThreadSafe(loop.Stop)</c>.</exception>
    /// <remarks>Allowed on a closed loop, without effect. Source: <c>loop.stop</c>.</remarks>
    public void Stop()
    {
        AssertLoopThread();
        _stopping = true;
    }

    /// <summary>Stops, and closes the loop when the run has ended. Loop thread.</summary>
    internal void StopAndClose()
    {
        _closesAfterRun = true;
        Stop();
    }

    /// <summary>Closes the loop: nothing that waits in it runs any more, bridges to the outside end as cancelled, descriptors are freed.</summary>
    /// <exception cref="InvalidOperationException">The loop is running.</exception>
    /// <remarks>
    /// <para>A second call does nothing. The default executor is asked to stop without waiting for running jobs; await <c>ShutdownDefaultExecutor</c> before, or use a Runner, where they matter.</para>
    /// <para>Source: <c>loop.close</c>.</para>
    /// </remarks>
    public void Close()
    {
        switch (Interlocked.CompareExchange(ref _state, EventLoopState.Closed, EventLoopState.Idle))
        {
            case EventLoopState.Running:
                throw new InvalidOperationException(Messages.CannotCloseRunning(this));
            case EventLoopState.Closed:
                return;
        }

        StopWatchdog();
        _inbox.Close();
        _ready.Clear();
        _timers.Clear();
        try
        {
            _closeRegistry.Close(exception => CallExceptionHandler(new LoopErrorContext($"Error while closing event loop '{Name}'", exception)));
        }
        finally
        {
            // Also when an exception handler throws a fatal exception.
            _alarm?.Dispose();
            CloseResources();
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>The same as <see cref="Close"/>.</summary>
    /// <exception cref="InvalidOperationException">The loop is running.</exception>
    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>The same as <see cref="Close"/>; there is nothing to wait for.</summary>
    /// <returns>A completed task.</returns>
    /// <exception cref="InvalidOperationException">The loop is running.</exception>
    public ValueTask DisposeAsync()
    {
        Close();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Type, name and state, for people.</summary>
    public override string ToString()
        => $"<{GetType().Name} '{Name}' running={IsRunning} closed={IsClosed} debug={Debug}>";

    /// <summary>Has something done when the loop closes; done at once if it is closed. Any thread.</summary>
    internal CloseRegistration OnClose(Action action) => _closeRegistry.Add(action);

    /// <summary>The last thing a constructor does: from here on the loop is reported if nobody closes it.</summary>
    private protected void MarkOpen()
    {
        GC.ReRegisterForFinalize(this);
        if (_watchdogBudget is { } budget)
        {
            StartWatchdog(budget);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ThrowIfClosed()
    {
        if (_state == EventLoopState.Closed)
        {
            ThrowClosed();
        }
    }

    private void ThrowClosed() => throw new ObjectDisposedException(Name, Messages.LoopClosed(this));

    private void RunTurns()
    {
        EnterThread();
        SynchronizationContext.SetSynchronizationContext(_synchronizationContext);
        if (_blockingWaits == BlockingWaitPolicy.Throw)
        {
            _blockedWait.Learn();
        }

        bool lends = JobLineage.TryBeginLending(OfferLentJobs, out Action? outer);
        try
        {
            do
            {
                RunTurn();
            }
            while (!_stopping);
        }
        finally
        {
            ForgetCallback();
            if (lends)
            {
                JobLineage.EndLending(outer);
            }

            _stopping = false;
            _state = EventLoopState.Idle;
            LeaveThread();
        }
    }

    /// <summary>A callback that ended the run by force is not emptied by those who took it.</summary>
    private void ForgetCallback()
    {
        _ready.ClearLast();
        _inbox.EndOfBatch();
    }

    /// <summary>This thread is that of a single-threaded executor, and inside a job, which caused another one. Any thread.</summary>
    private void OfferLentJobs() => TryPost(new Action(JobLineage.RunLentJobs), null, null);

    private void CheckCanRun()
    {
        ThrowIfClosed();
        if (_state == EventLoopState.Running)
        {
            throw new InvalidOperationException(Messages.AlreadyRunning(this));
        }

        if (RunningLoop.Current is { } other && !ReferenceEquals(other, Outer))
        {
            throw new InvalidOperationException(Messages.AnotherLoopRunning(this, other));
        }
    }

    /// <summary>From Idle to Running, by whoever comes first: a shutdown runs a loop that nobody runs, and its owner may come at the same moment.</summary>
    private void ClaimRun()
    {
        if (Interlocked.CompareExchange(ref _state, EventLoopState.Running, EventLoopState.Idle) != EventLoopState.Idle)
        {
            ThrowIfClosed();
            throw new InvalidOperationException(Messages.AlreadyRunning(this));
        }
    }

    /// <summary>Waits for I/O or a wake-up (null: as long as it takes; zero: only looks) and queues the handlers of what is ready.</summary>
    private protected abstract void SelectAndQueue(TimeSpan? timeout);

    /// <summary>Waits as <see cref="SelectAndQueue"/> does, and leaves what is ready for the next look. A helper thread, while the loop is lent to it.</summary>
    private protected abstract void WaitOnly(TimeSpan? timeout);

    /// <summary>Ends a wait of <see cref="SelectAndQueue"/>, or the next one if none is under way. Any thread; never throws.</summary>
    private protected abstract void WakeSelector();

    /// <summary>Prepares for the next wait after one ended. Loop thread.</summary>
    private protected abstract void AfterWait();

    /// <summary>Frees selector and descriptors. Called once.</summary>
    private protected abstract void CloseResources();
}
