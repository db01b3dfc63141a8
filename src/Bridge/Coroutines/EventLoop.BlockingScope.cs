using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>For legacy code that must wait on the loop thread.</content>
public abstract partial class EventLoop
{
    /// <summary>Runs synchronous code that waits for asynchronous work, on the loop thread, without hanging: while it waits, what it began goes on.</summary>
    /// <param name="code">Called at once. Inside, <c>.Result</c>, <c>Wait</c> and <c>WaitOne</c> run the work that the code caused until they are over.</param>
    /// <exception cref="ArgumentNullException"><paramref name="code"/> is null.</exception>
    /// <exception cref="InvalidOperationException">This loop does not run in this thread, or scopes are nested deeper than <see cref="MaximumBlockingDepth"/>.</exception>
    /// <exception cref="BlockingWaitException">Thrown inside: waits are nested too deep, or one is for work of the blocked loop.</exception>
    /// <remarks>As <see cref="RunBlocking{T}(Func{Coroutine{T}})"/>.</remarks>
    public void BlockingScope(Action code)
    {
        ArgumentNullException.ThrowIfNull(code);
        RunScope(Call(code), nameof(BlockingScope)).ThrowUnlessSucceeded();
    }

    /// <summary>Runs synchronous code that waits for asynchronous work, on the loop thread, without hanging: while it waits, what it began goes on.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="code">Called at once. Inside, <c>.Result</c>, <c>Wait</c> and <c>WaitOne</c> run the work that the code caused until they are over.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="code"/> is null.</exception>
    /// <exception cref="InvalidOperationException">This loop does not run in this thread, or scopes are nested deeper than <see cref="MaximumBlockingDepth"/>.</exception>
    /// <exception cref="BlockingWaitException">Thrown inside: waits are nested too deep, or one is for work of the blocked loop.</exception>
    /// <remarks>As <see cref="RunBlocking{T}(Func{Coroutine{T}})"/>.</remarks>
    public T BlockingScope<T>(Func<T> code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return ((ILoopAwaitable<T>)RunScope(Call(code), nameof(BlockingScope))).TakeResult();
    }

    /// <summary>Runs a coroutine to its end inside a callback of this loop, which stands still meanwhile.</summary>
    /// <param name="main">Called at once, on a loop of the scope's own.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">This loop does not run in this thread, or scopes are nested deeper than <see cref="MaximumBlockingDepth"/>.</exception>
    /// <remarks>As <see cref="RunBlocking{T}(Func{Coroutine{T}})"/>.</remarks>
    public void RunBlocking(Func<Coroutine> main)
    {
        ArgumentNullException.ThrowIfNull(main);
        RunScope(MainCode.Call(main), nameof(RunBlocking)).ThrowUnlessSucceeded();
    }

    /// <summary>Runs a coroutine to its end inside a callback of this loop, which stands still meanwhile.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="main">Called at once, on a loop of the scope's own.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="InvalidOperationException">This loop does not run in this thread, or scopes are nested deeper than <see cref="MaximumBlockingDepth"/>.</exception>
    /// <remarks>
    /// <para>
    /// For old code that cannot await. The scope has a loop of its own on this thread, so all that runs is what the scope caused: its tasks, its timers (by the
    /// system's clock), its I/O. Callbacks, timers and tasks of this loop keep their order and run afterwards. Awaiting a future of this loop inside throws, for it
    /// could not be done before the scope is. <see cref="Running"/> is the scope's loop inside.
    /// </para>
    /// <para>
    /// The scope returns as soon as its code is done. Tasks that are left are cancelled and waited for, as at the end of <see cref="Run(Func{Coroutine}, RunnerOptions?)"/>;
    /// <c>async Task</c> methods that are left go on on this loop.
    /// </para>
    /// <para>Source: none in asyncio, which refuses nested loops.</para>
    /// </remarks>
    public T RunBlocking<T>(Func<Coroutine<T>> main)
    {
        ArgumentNullException.ThrowIfNull(main);
        return ((ILoopAwaitable<T>)RunScope(MainCode.Call(main), nameof(RunBlocking))).TakeResult();
    }

#pragma warning disable CS1998 // Its waits block, which is what the scope is for.
    private static async Coroutine Call(Action code) => code();

    private static async Coroutine<T> Call<T>(Func<T> code) => code();
#pragma warning restore CS1998

    private LoopTask RunScope(Coroutine main, string method)
    {
        EventLoop scope;
        try
        {
            scope = MakeScope(method);
        }
        catch
        {
            // It can never run now; one error is enough.
            main.Close();
            throw;
        }

        EventLoop outer = scope.Outer!;
        outer.IsSuspended = true;
        try
        {
            LoopTask task = main.MakeTask(scope, null);
            task.IsReportedWhenDestroyed = false;
            scope.RunUntilDone(task);
            LoopShutdown.Run(scope, RunnerOptions.DefaultExecutorShutdownTimeout);
            scope.HandOver();
            return task;
        }
        finally
        {
            outer.IsSuspended = false;
            scope.Close();
        }
    }

    private SelectorEventLoop MakeScope(string method)
    {
        if (!IsRunBy(Thread.CurrentThread))
        {
            throw new InvalidOperationException(Messages.NotInside(this, $"EventLoop.{method}"));
        }

        // Code in a scope may still know the loop outside: it means the one that runs.
        EventLoop outer = RunningLoop.Required;
        if (outer.ScopeDepth + outer._pumpDepth >= MaximumBlockingDepth)
        {
            throw new InvalidOperationException(Messages.TooDeep(outer));
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        var scope = new SelectorEventLoop(null, new EventLoopOptions
        {
            Name = $"{outer.Name}/scope",
            Debug = outer.Debug,
            Logger = outer._logger,
        });
        scope.BecomeScopeOf(outer);
        return scope;
    }
}
