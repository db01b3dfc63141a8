using System.Runtime.ExceptionServices;
using Bridge.Executors;

namespace Bridge;

/// <summary>An event loop on a background thread of its own, for synchronous code that has to call coroutines.</summary>
/// <remarks>
/// <para>
/// <c>using var loops = new EventLoopThread(); int n = loops.Run(() => CountAsync());</c> Any number of threads may call at a time; their
/// coroutines run concurrently on the one loop. The thread captures no ambient context and does not keep the process alive.
/// </para>
/// <para>Threads: every member may be called from any thread but the loop's own, which throws at once instead of waiting for itself.</para>
/// </remarks>
public sealed class EventLoopThread : IDisposable
{
    /// <summary>How long <see cref="Dispose"/> waits.</summary>
    private static readonly TimeSpan s_disposeLimit = TimeSpan.FromSeconds(30);

    private readonly Thread _thread;
    private readonly ManualResetEventSlim _ready = new();

    /// <summary>Written by the loop's thread before <see cref="_ready"/> is set, read by the constructor after it; then never again.</summary>
    private EventLoop? _loop;
    private LoopThreadShutdown? _shutdown;
    private ExceptionDispatchInfo? _startFailure;

    /// <summary>Somebody asked for the end. Set by any thread and never cleared; a call that just misses it is cancelled with the rest.</summary>
    private bool _stopRequested;

    /// <summary>Starts the thread and returns when its loop runs.</summary>
    /// <param name="name">Names the thread, and the loop unless <paramref name="options"/> do. Null: the loop's own default name.</param>
    /// <param name="options">Settings of the loop. Null: the defaults. Not used with a factory.</param>
    /// <param name="factory">Makes the loop, called on the new thread; the loop is owned by this object from then on. Null: a <see cref="SelectorEventLoop"/>.</param>
    /// <exception cref="ArgumentException">Both <paramref name="options"/> and <paramref name="factory"/> are given.</exception>
    /// <remarks>What the factory throws is thrown here, as the same object with its frames.</remarks>
    public EventLoopThread(string? name = null, EventLoopOptions? options = null, Func<EventLoop>? factory = null)
    {
        if (options is not null && factory is not null)
        {
            throw new ArgumentException("Options are for the loop that is made here; a factory gives its loop the options itself. Pass one of the two.", nameof(options));
        }

        factory ??= () => new SelectorEventLoop(null, Named(options, name));
        _thread = new Thread(() => RunThread(factory)) { IsBackground = true, Name = name ?? "event-loop" };

        // Not Start(): the thread would keep the ambient context of whoever happened to make it first.
        _thread.UnsafeStart();
        _ready.Wait();
        if (_startFailure is not null)
        {
            _thread.Join();
            _startFailure.Throw();
        }
    }

    /// <summary>The loop, for everything else: posts, futures, its exception handler.</summary>
    public EventLoop Loop => _loop!;

    /// <summary>Runs a coroutine on the loop, waits for it, and gives its result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="start">Called on the loop thread, in the ambient context of this call; its coroutine becomes a task.</param>
    /// <param name="cancellationToken">Cancels the coroutine; the call returns when that has stopped, by its result if it ends with one all the same.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="InvalidOperationException">Called on the loop's own thread: the wait could never end.</exception>
    /// <exception cref="ObjectDisposedException"><see cref="Stop"/> was called.</exception>
    /// <exception cref="OperationCanceledException">The coroutine was cancelled; by <paramref name="cancellationToken"/>, if the exception carries it.</exception>
    /// <remarks>Any other exception is the coroutine's own: the same object with its frames.</remarks>
    public T Run<T>(Func<Coroutine<T>> start, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        CheckCanWait(nameof(Run), "Await the coroutine");
        CoroutineFuture<T> call = Begin<T>(start, cancellationToken);
        using CancellationTokenRegistration registration = call.StopWith(cancellationToken);

        // Not with the token, which would end the wait before the coroutine has stopped.
        return call.GetResult(cancellationToken: CancellationToken.None);
    }

    /// <summary>Runs a coroutine on the loop and waits for it.</summary>
    /// <param name="start">Called on the loop thread, in the ambient context of this call; its coroutine becomes a task.</param>
    /// <param name="cancellationToken">Cancels the coroutine; the call returns when that has stopped.</param>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="InvalidOperationException">Called on the loop's own thread: the wait could never end.</exception>
    /// <exception cref="ObjectDisposedException"><see cref="Stop"/> was called.</exception>
    /// <exception cref="OperationCanceledException">The coroutine was cancelled; by <paramref name="cancellationToken"/>, if the exception carries it.</exception>
    /// <remarks>As <see cref="Run{T}"/>.</remarks>
    public void Run(Func<Coroutine> start, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        CheckCanWait(nameof(Run), "Await the coroutine");
        CoroutineFuture<bool> call = Begin<bool>(start, cancellationToken);
        using CancellationTokenRegistration registration = call.StopWith(cancellationToken);
        call.GetResult(cancellationToken: CancellationToken.None);
    }

    /// <summary>Runs a coroutine on the loop without blocking.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="start">Called on the loop thread, in the ambient context of this call; its coroutine becomes a task.</param>
    /// <param name="cancellationToken">Cancels the coroutine; the task ends when that has stopped.</param>
    /// <returns>A task with its outcome. Continuations never run inside the loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="ObjectDisposedException"><see cref="Stop"/> was called.</exception>
    /// <remarks>May be called, but not waited for, on the loop thread. As <see cref="Run{T}"/>.</remarks>
    public Task<T> RunAsync<T>(Func<Coroutine<T>> start, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        return Begin<T>(start, cancellationToken).TaskStoppedBy(cancellationToken);
    }

    /// <summary>Runs a coroutine on the loop without blocking.</summary>
    /// <param name="start">Called on the loop thread, in the ambient context of this call; its coroutine becomes a task.</param>
    /// <param name="cancellationToken">Cancels the coroutine; the task ends when that has stopped.</param>
    /// <returns>A task with its outcome. Continuations never run inside the loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="start"/> is null.</exception>
    /// <exception cref="ObjectDisposedException"><see cref="Stop"/> was called.</exception>
    /// <remarks>May be called, but not waited for, on the loop thread. As <see cref="Run{T}"/>.</remarks>
    public Task RunAsync(Func<Coroutine> start, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        return Begin<bool>(start, cancellationToken).TaskStoppedBy(cancellationToken);
    }

    /// <summary>Cancels all tasks, waits for them and for the default executor, closes the loop and joins the thread.</summary>
    /// <param name="timeout">How long to wait: zero up to about 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <returns>
    /// True: the thread has ended. False: the time is over and some task or blocking call goes on. Nothing was torn down under it; the
    /// thread ends when it does. Call again to ask the tasks once more, and to wait on.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="InvalidOperationException">Called on the loop's own thread, which cannot wait for itself.</exception>
    /// <remarks>From the first call on, Run and RunAsync throw. Tasks that end with an exception nobody takes are reported to the loop's exception handler.</remarks>
    public bool Stop(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, TimeSpan.FromMilliseconds(int.MaxValue));
        }

        CheckCanWait(nameof(Stop), "Call Loop.Stop, and Stop from another thread");
        Volatile.Write(ref _stopRequested, true);
        Loop.TryPost(new Action(_shutdown!.Request), null, null);
        return _thread.Join(timeout);
    }

    /// <summary>Stops, within 30 seconds; what is still running then is reported to the loop's exception handler and left alone.</summary>
    /// <exception cref="InvalidOperationException">Called on the loop's own thread, which cannot wait for itself.</exception>
    /// <remarks>Use <see cref="Stop"/> for another limit. A second call is harmless.</remarks>
    public void Dispose()
    {
        if (!_thread.IsAlive)
        {
            return;
        }

        if (!Stop(s_disposeLimit))
        {
            _shutdown!.Report(s_disposeLimit);
        }
    }

    private static EventLoopOptions? Named(EventLoopOptions? options, string? name)
        => name is null || options?.Name is not null ? options : new EventLoopOptions
        {
            Name = name,
            TimeProvider = options?.TimeProvider ?? TimeProvider.System,
            Debug = options?.Debug,
            StrictPolling = options?.StrictPolling ?? false,
            AwaitsThroughContext = options?.AwaitsThroughContext ?? false,
            MaximumSpin = options?.MaximumSpin ?? new EventLoopOptions().MaximumSpin,
            MeasureTurns = options?.MeasureTurns ?? false,
            BlockingWaits = options?.BlockingWaits ?? BlockingWaitPolicy.Report,
            Watchdog = options?.Watchdog,
            Logger = options?.Logger,
        };

    private CoroutineFuture<T> Begin<T>(Func<Coroutine> start, CancellationToken token)
    {
        if (Volatile.Read(ref _stopRequested))
        {
            throw new ObjectDisposedException(nameof(EventLoopThread), $"The thread of event loop '{Loop.Name}' was told to stop. Make another EventLoopThread.");
        }

        return Loop.StartFromAnyThread<T>(start, token);
    }

    private void CheckCanWait(string member, string remedy)
    {
        if (Loop.IsOnLoopThread)
        {
            throw new InvalidOperationException(
                $"EventLoopThread.{member} was called on the thread of event loop '{Loop.Name}' itself, which would wait for itself for ever. {remedy} instead.");
        }
    }

    private void RunThread(Func<EventLoop> factory)
    {
        try
        {
            _loop = factory() ?? throw new InvalidOperationException("The factory given to EventLoopThread returned null instead of a loop.");
            _shutdown = new LoopThreadShutdown(_loop);
            _loop.CallSoon(_ready.Set);
            _loop.RunForever();
        }
        catch (Exception exception) when (!_ready.IsSet)
        {
            // Belongs to whoever constructs this object.
            _startFailure = ExceptionDispatchInfo.Capture(exception);
            _ready.Set();
            CloseUnlessInUse();
            return;
        }
        catch (Exception exception)
        {
            // A callback ended the run by force. There is no caller above; those who wait are told by the close below.
            _loop!.CallExceptionHandler(new LoopErrorContext($"The run of event loop '{_loop.Name}' was ended by an exception", exception));
        }

        _shutdown!.Run();
    }

    /// <summary>A factory may have handed out a loop that runs elsewhere: that one is not ours to close.</summary>
    private void CloseUnlessInUse()
    {
        if (_loop is { IsRunning: false })
        {
            _loop.Close();
        }
    }
}
