using Bridge.Executors;

namespace Bridge;

/// <summary>Runs main code on a loop of its own, several times if wanted, and then winds the loop up in the right order.</summary>
/// <remarks>
/// <para>
/// The loop is made on first use. Closing cancels the tasks that are left and waits for them, reports those that fail, shuts the
/// default executor down, and closes the loop.
/// </para>
/// <para>Threads: one, which must not be running a loop. Source: <c>asyncio.Runner</c>.</para>
/// </remarks>
public sealed partial class Runner : IDisposable
{
    private readonly RunnerOptions _options;
    private EventLoop? _loop;

    /// <summary>The ambient context of the first use, which every run begins in. Null: flow was suppressed.</summary>
    private ExecutionContext? _context;
    private bool _installed;
    private bool _closed;

    /// <summary>Makes a runner.</summary>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="RunnerOptions.ExecutorShutdownTimeout"/> is negative or too long.</exception>
    public Runner(RunnerOptions? options = null)
    {
        _options = options ?? new RunnerOptions();
        TimeSpan timeout = _options.ExecutorShutdownTimeout;
        if (timeout < TimeSpan.Zero || timeout.TotalMilliseconds > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(options), timeout, "ExecutorShutdownTimeout lies between zero and 2147483647 ms.");
        }
    }

    /// <summary>The loop, made now if it was not yet.</summary>
    /// <exception cref="ObjectDisposedException">The runner is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop factory returned null.</exception>
    /// <remarks>Source: <c>Runner.get_loop</c>.</remarks>
    public EventLoop Loop
    {
        get
        {
            Initialize();
            return _loop!;
        }
    }

    /// <summary>The interrupt handling of the run under way.</summary>
    internal RunnerInterrupt? Interrupt { get; private set; }

    /// <summary>Cancels what is left on the loop and waits for it, shuts the default executor down, and closes the loop.</summary>
    /// <exception cref="InvalidOperationException">A loop is running in this thread.</exception>
    /// <remarks>
    /// <para>
    /// In this order: all tasks are cancelled at once and waited for (tasks that this makes are not cancelled again); each that fails
    /// is reported ("unhandled exception during EventLoop.Run() shutdown"); the default executor gets 300 seconds
    /// (<see cref="RunnerOptions.ExecutorShutdownTimeout"/>) to finish the jobs it has begun; the loop is closed. A second call does nothing. A runner that was closed cannot run again, even if it never ran.
    /// </para>
    /// <para>Source: <c>Runner.close</c>.</para>
    /// </remarks>
    public void Close()
    {
        if (_closed)
        {
            return;
        }

        if (_loop is null)
        {
            _closed = true;
            return;
        }

        CheckNotInsideLoop("Runner.Close");
        _closed = true;

        try
        {
            LoopShutdown.Run(_loop, _options.ExecutorShutdownTimeout);
        }
        finally
        {
            if (_installed)
            {
                EventLoop.SetCurrent(null);
            }

            _loop.Close();
        }
    }

    /// <summary>The same as <see cref="Close"/>.</summary>
    /// <exception cref="InvalidOperationException">A loop is running in this thread.</exception>
    public void Dispose() => Close();

    private static void CheckNotInsideLoop(string method)
    {
        if (EventLoop.TryGetRunning(out EventLoop? running))
        {
            throw new InvalidOperationException(Messages.CannotRunInsideLoop(method, running));
        }
    }

    private void Initialize()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_loop is not null)
        {
            return;
        }

        if (_options.LoopFactory is { } factory)
        {
            _loop = factory() ?? throw new InvalidOperationException("RunnerOptions.LoopFactory returned null. Return a new loop.");
        }
        else
        {
            _loop = new SelectorEventLoop();
            EventLoop.SetCurrent(_loop);
            _installed = true;
        }

        if (_options.Debug is { } debug)
        {
            _loop.Debug = debug;
        }

        _context = JobLineage.CaptureContext();
    }
}
