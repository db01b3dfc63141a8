using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>Run: the usual entry point of a program.</content>
public abstract partial class EventLoop
{
    /// <summary>
    /// Ends the default executor in the given time; awaited by a runner before it closes the loop. Set by the layer that knows
    /// executors, once the loop has one. Loop thread.
    /// </summary>
    internal Func<TimeSpan, Coroutine>? ShutdownDefaultExecutorHook { get; set; }

    /// <summary>Runs main code on a new loop until it is done, winds the loop up and closes it: <c>EventLoop.Run(async () => ...)</c></summary>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped the new one before the main code was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted it, and it ended cancelled.</exception>
    /// <remarks>
    /// Throws what the main code throws. See <see cref="Runner"/>, of which this is one run, for Ctrl-C and the order of the shutdown.
    /// A lambda that could be a coroutine is taken for one. Source: <c>asyncio.run</c>.
    /// </remarks>
    [OverloadResolutionPriority(1)]
    public static void Run(Func<Coroutine> main, RunnerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        RunMain(MainCode.Call(main), options).ThrowUnlessSucceeded();
    }

    /// <summary>Runs main code on a new loop until it is done, winds the loop up and closes it, and gives the result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped the new one before the main code was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted it, and it ended cancelled.</exception>
    /// <remarks>As <see cref="Run(Func{Coroutine}, RunnerOptions?)"/>.</remarks>
    [OverloadResolutionPriority(1)]
    public static T Run<T>(Func<Coroutine<T>> main, RunnerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        return ((ILoopAwaitable<T>)RunMain(MainCode.Call(main), options)).TakeResult();
    }

    /// <summary>Runs a coroutine on a new loop until it is done, winds the loop up and closes it.</summary>
    /// <param name="main">Not used before; given up if it cannot be run.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, the coroutine was used before, or something stopped the new loop before it was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted it, and it ended cancelled.</exception>
    /// <remarks>As <see cref="Run(Func{Coroutine}, RunnerOptions?)"/>.</remarks>
    public static void Run(Coroutine main, RunnerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        RunMain(main, options).ThrowUnlessSucceeded();
    }

    /// <summary>Runs a coroutine on a new loop until it is done, winds the loop up and closes it, and gives the result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="main">Not used before; given up if it cannot be run.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, the coroutine was used before, or something stopped the new loop before it was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted it, and it ended cancelled.</exception>
    /// <remarks>As <see cref="Run(Func{Coroutine}, RunnerOptions?)"/>.</remarks>
    public static T Run<T>(Coroutine<T> main, RunnerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        return ((ILoopAwaitable<T>)RunMain(main, options)).TakeResult();
    }

    /// <summary>Runs plain <c>async Task</c> main code on a new loop: everything it awaits comes back to the loop thread.</summary>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped the new one before the main code was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted the run; the main code was abandoned where it was.</exception>
    /// <remarks>As <see cref="Runner.Run(Func{Task}, ExecutionContext?)"/>.</remarks>
    public static void Run(Func<Task> main, RunnerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        RunMain(MainCode.Call(main), options).ThrowUnlessSucceeded();
    }

    /// <summary>Runs plain <c>async Task</c> main code on a new loop, and gives its result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped the new one before the main code was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted the run; the main code was abandoned where it was.</exception>
    /// <remarks>As <see cref="Runner.Run(Func{Task}, ExecutionContext?)"/>.</remarks>
    public static T Run<T>(Func<Task<T>> main, RunnerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        return ((ILoopAwaitable<T>)RunMain(MainCode.Call(main), options)).TakeResult();
    }

    /// <summary>Runs plain <c>async Task</c> main code that listens to a token on a new loop.</summary>
    /// <param name="main">Called on the loop, in a new task, with a token that Ctrl-C cancels.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped the new one before the main code was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted it, and it ended cancelled.</exception>
    /// <remarks>As <see cref="Runner.Run(Func{CancellationToken, Task}, ExecutionContext?)"/>.</remarks>
    public static void Run(Func<CancellationToken, Task> main, RunnerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        RunMain(MainCode.Call(main), options).ThrowUnlessSucceeded();
    }

    private static LoopTask RunMain(Coroutine main, RunnerOptions? options)
    {
        using var runner = new Runner(options);
        return runner.Drive(main, null, "EventLoop.Run");
    }
}
