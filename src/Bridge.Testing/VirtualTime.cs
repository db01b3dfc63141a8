using System.Runtime.CompilerServices;

namespace Bridge.Testing;

/// <summary>Runs main code on a new loop on virtual time: <c>VirtualTime.Run(async Coroutine () => ...)</c></summary>
/// <remarks>
/// As <see cref="EventLoop.Run(Func{Coroutine}, RunnerOptions?)"/>, but nothing waits for time to pass. The main code has the time from <c>EventLoop.Running.Now</c>.
/// A test that needs the clock or the reports in its hands uses a <see cref="VirtualTimeLoop"/>, whose remarks say when the clock moves.
/// </remarks>
public static class VirtualTime
{
    /// <summary>Runs main code until it is done, winds the loop up and closes it.</summary>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped the new one before the main code was done.</exception>
    /// <exception cref="StuckException">The main code, or a task that it left, cannot go on or took too long.</exception>
    /// <exception cref="ReportedErrorsException">Everything ended well, but the loop reported errors.</exception>
    /// <remarks>Throws what the main code throws.</remarks>
    [OverloadResolutionPriority(1)]
    public static void Run(Func<Coroutine> main, VirtualTimeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        using var loop = new VirtualTimeLoop(options);
        loop.Run(main);
    }

    /// <summary>Runs main code until it is done, winds the loop up and closes it, and gives the result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped the new one before the main code was done.</exception>
    /// <exception cref="StuckException">The main code, or a task that it left, cannot go on or took too long.</exception>
    /// <exception cref="ReportedErrorsException">Everything ended well, but the loop reported errors.</exception>
    /// <remarks>As <see cref="Run(Func{Coroutine}, VirtualTimeOptions?)"/>.</remarks>
    [OverloadResolutionPriority(1)]
    public static T Run<T>(Func<Coroutine<T>> main, VirtualTimeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        using var loop = new VirtualTimeLoop(options);
        return loop.Run(main);
    }

    /// <summary>Runs plain <c>async Task</c> main code until it is done, winds the loop up and closes it.</summary>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped the new one before the main code was done.</exception>
    /// <exception cref="StuckException">The main code, or a task that it left, cannot go on or took too long.</exception>
    /// <exception cref="ReportedErrorsException">Everything ended well, but the loop reported errors.</exception>
    /// <remarks>As <see cref="Run(Func{Coroutine}, VirtualTimeOptions?)"/>.</remarks>
    public static void Run(Func<Task> main, VirtualTimeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        using var loop = new VirtualTimeLoop(options);
        loop.Run(main);
    }

    /// <summary>Runs plain <c>async Task</c> main code, winds the loop up and closes it, and gives the result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped the new one before the main code was done.</exception>
    /// <exception cref="StuckException">The main code, or a task that it left, cannot go on or took too long.</exception>
    /// <exception cref="ReportedErrorsException">Everything ended well, but the loop reported errors.</exception>
    /// <remarks>As <see cref="Run(Func{Coroutine}, VirtualTimeOptions?)"/>.</remarks>
    public static T Run<T>(Func<Task<T>> main, VirtualTimeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        using var loop = new VirtualTimeLoop(options);
        return loop.Run(main);
    }
}
