using System.Runtime.CompilerServices;
using Bridge.Selectors;

namespace Bridge.Testing;

/// <summary>An event loop on virtual time: when nothing can run, the clock moves to the next timer instead of waiting for it.</summary>
/// <remarks>
/// <para>
/// The clock moves only if nothing is ready, nothing was posted, no call on an executor is out (<see cref="EventLoop.ExecutorCallCount"/>), nobody holds it
/// (<see cref="VirtualClock.Hold"/>) and, unless <see cref="VirtualTimeOptions.AdvancesDuringIO"/> says otherwise, no socket, pipe or process is watched. While it may
/// not move, the loop waits for real. It knows nothing of work in .NET's pool or on other threads: hold the clock for that. Tasks that are completed on the
/// loop thread do not go there (<see cref="EventLoopOptions.AwaitsThroughContext"/>).
/// </para>
/// <para>
/// A run that cannot go on ends with a <see cref="StuckException"/>; one after which errors are left that the loop reported, with a
/// <see cref="ReportedErrorsException"/>. What the main code throws comes out unchanged.
/// </para>
/// <para>Threads: one, which must not be running a loop.</para>
/// </remarks>
public sealed class VirtualTimeLoop : IDisposable
{
    private readonly AutoAdvanceSelector _selector;
    private readonly Runner _runner;

    /// <summary>Also its own lock: most reports come on the loop thread, some on the finalizer's.</summary>
    private readonly List<LoopErrorContext> _reports = [];

    /// <summary>A run has thrown: what follows from that is not news.</summary>
    private bool _hasFailed;
    private bool _isDisposed;

    /// <summary>Makes a loop and its clock.</summary>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is negative and not <see cref="Timeout.InfiniteTimeSpan"/>, or the quiet time is negative.</exception>
    public VirtualTimeLoop(VirtualTimeOptions? options = null)
    {
        options ??= new VirtualTimeOptions();
        CheckLimit(options.RealTimeLimit, nameof(options.RealTimeLimit));
        CheckLimit(options.StuckAfter, nameof(options.StuckAfter));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.QuietTime, TimeSpan.Zero);
        Clock = new VirtualClock(options.Start);
        _selector = new AutoAdvanceSelector(Selector.CreateDefault(), Clock, options);
        Loop = new SelectorEventLoop(_selector, new EventLoopOptions
        {
            TimeProvider = Clock,
            Name = options.Name,
            Debug = options.Debug,
            MaximumSpin = TimeSpan.Zero,
            AwaitsThroughContext = true,
        })
        {
            ExceptionHandler = OnReport,
        };
        _selector.Loop = Loop;
        _runner = new Runner(new RunnerOptions { LoopFactory = () => Loop, HandleInterrupt = false });

        // Made now: a runner that never ran would leave the loop open.
        _ = _runner.Loop;
    }

    /// <summary>The loop. It belongs to this object, which closes it.</summary>
    public EventLoop Loop { get; }

    /// <summary>The clock of the loop's timers.</summary>
    public VirtualClock Clock { get; }

    /// <summary>Runs main code until it is done. Tasks it leaves behind stay on the loop, for the next run or for <see cref="Dispose"/>.</summary>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped this one before the main code was done.</exception>
    /// <exception cref="StuckException">The main code cannot go on, or took too long.</exception>
    /// <exception cref="ReportedErrorsException">The main code ended well, but the loop reported errors that nobody took.</exception>
    /// <remarks>Throws what the main code throws.</remarks>
    [OverloadResolutionPriority(1)]
    public void Run(Func<Coroutine> main) => Drive(() =>
    {
        _runner.Run(main);
        return true;
    });

    /// <summary>Runs main code until it is done, and gives its result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped this one before the main code was done.</exception>
    /// <exception cref="StuckException">The main code cannot go on, or took too long.</exception>
    /// <exception cref="ReportedErrorsException">The main code ended well, but the loop reported errors that nobody took.</exception>
    /// <remarks>As <see cref="Run(Func{Coroutine})"/>.</remarks>
    [OverloadResolutionPriority(1)]
    public T Run<T>(Func<Coroutine<T>> main) => Drive(() => _runner.Run(main));

    /// <summary>Runs plain <c>async Task</c> main code until it is done: everything it awaits comes back to the loop thread.</summary>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped this one before the main code was done.</exception>
    /// <exception cref="StuckException">The main code cannot go on, or took too long.</exception>
    /// <exception cref="ReportedErrorsException">The main code ended well, but the loop reported errors that nobody took.</exception>
    /// <remarks>As <see cref="Run(Func{Coroutine})"/>.</remarks>
    public void Run(Func<Task> main) => Drive(() =>
    {
        _runner.Run(main);
        return true;
    });

    /// <summary>Runs plain <c>async Task</c> main code, and gives its result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped this one before the main code was done.</exception>
    /// <exception cref="StuckException">The main code cannot go on, or took too long.</exception>
    /// <exception cref="ReportedErrorsException">The main code ended well, but the loop reported errors that nobody took.</exception>
    /// <remarks>As <see cref="Run(Func{Coroutine})"/>.</remarks>
    public T Run<T>(Func<Task<T>> main) => Drive(() => _runner.Run(main));

    /// <summary>Takes what the loop has reported since it was last asked: a test that expects errors looks at them here. Any thread.</summary>
    /// <returns>The reports, oldest first. Empty if the test gave the loop an exception handler of its own.</returns>
    public IReadOnlyList<LoopErrorContext> TakeReports()
    {
        lock (_reports)
        {
            LoopErrorContext[] taken = [.. _reports];
            _reports.Clear();
            return taken;
        }
    }

    /// <summary>Cancels what is left on the loop and waits for it, on virtual time; shuts the default executor down; closes the loop.</summary>
    /// <exception cref="StuckException">What is left does not end, and no run has failed before.</exception>
    /// <exception cref="ReportedErrorsException">The loop reported errors that nobody took, and no run has failed before.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread.</exception>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _selector.StartRun();
        try
        {
            _runner.Dispose();
        }
        catch (StuckException) when (_hasFailed)
        {
            // The run has told already, and more exactly.
        }

        _isDisposed = true;
        if (!_hasFailed)
        {
            ThrowReports();
        }
    }

    private static void CheckLimit(TimeSpan limit, string name)
    {
        if (limit < TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, limit, $"{name} is {limit}; it must not be negative, or be Timeout.InfiniteTimeSpan for no limit.");
        }
    }

    private T Drive<T>(Func<T> run)
    {
        _selector.StartRun();
        bool hadFailed = _hasFailed;
        _hasFailed = true;
        T result = run();
        ThrowReports();
        _hasFailed = hadFailed;
        return result;
    }

    private void OnReport(EventLoop loop, LoopErrorContext report)
    {
        lock (_reports)
        {
            _reports.Add(report);
        }
    }

    private void ThrowReports()
    {
        if (TakeReports() is { Count: > 0 } reports)
        {
            throw new ReportedErrorsException(reports);
        }
    }
}
