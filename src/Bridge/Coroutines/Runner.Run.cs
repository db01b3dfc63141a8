using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>The runs.</content>
public sealed partial class Runner
{
    /// <summary>Runs main code until it is done.</summary>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="context">The ambient context (AsyncLocal values) it starts in. Null: the one of the runner's first use.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The runner is closed.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped this one before the main code was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted it, and it ended cancelled.</exception>
    /// <remarks>
    /// <para>
    /// Throws what the main code throws. Ctrl-C (see <see cref="RunnerOptions.HandleInterrupt"/>) cancels it; if it handles the
    /// cancellation and returns, so does this. A second Ctrl-C ends the process.
    /// </para>
    /// <para>
    /// Differs from asyncio: .NET contexts are immutable, so every run starts from the same one; what a run sets in AsyncLocals, the
    /// next does not see.
    /// </para>
    /// <para>Source: <c>Runner.run</c>.</para>
    /// </remarks>
    [OverloadResolutionPriority(1)]
    public void Run(Func<Coroutine> main, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        Drive(MainCode.Call(main), context, nameof(Runner) + ".Run").ThrowUnlessSucceeded();
    }

    /// <summary>Runs main code until it is done, and gives its result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="context">The ambient context (AsyncLocal values) it starts in. Null: the one of the runner's first use.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The runner is closed.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped this one before the main code was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted it, and it ended cancelled.</exception>
    /// <remarks>As <see cref="Run(Func{Coroutine}, ExecutionContext?)"/>.</remarks>
    [OverloadResolutionPriority(1)]
    public T Run<T>(Func<Coroutine<T>> main, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        return ((ILoopAwaitable<T>)Drive(MainCode.Call(main), context, nameof(Runner) + ".Run")).TakeResult();
    }

    /// <summary>Runs plain <c>async Task</c> main code on the loop until it is done: everything it awaits comes back to the loop thread.</summary>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="context">The ambient context (AsyncLocal values) it starts in. Null: the one of the runner's first use.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The runner is closed.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped this one before the main code was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted the run; the main code was abandoned where it was.</exception>
    /// <remarks>
    /// As <see cref="Run(Func{Coroutine}, ExecutionContext?)"/>, but nothing can cancel a Task from outside: on Ctrl-C it is left where
    /// it is and never goes on once the loop is closed. Take a token (<see cref="Run(Func{CancellationToken, Task}, ExecutionContext?)"/>) to end in order.
    /// </remarks>
    public void Run(Func<Task> main, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        Drive(MainCode.Call(main), context, nameof(Runner) + ".Run").ThrowUnlessSucceeded();
    }

    /// <summary>Runs plain <c>async Task</c> main code on the loop until it is done, and gives its result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="main">Called on the loop, in a new task.</param>
    /// <param name="context">The ambient context (AsyncLocal values) it starts in. Null: the one of the runner's first use.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The runner is closed.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped this one before the main code was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted the run; the main code was abandoned where it was.</exception>
    /// <remarks>As <see cref="Run(Func{Task}, ExecutionContext?)"/>.</remarks>
    public T Run<T>(Func<Task<T>> main, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        return ((ILoopAwaitable<T>)Drive(MainCode.Call(main), context, nameof(Runner) + ".Run")).TakeResult();
    }

    /// <summary>Runs plain <c>async Task</c> main code that listens to a token.</summary>
    /// <param name="main">Called on the loop, in a new task, with a token that Ctrl-C cancels.</param>
    /// <param name="context">The ambient context (AsyncLocal values) it starts in. Null: the one of the runner's first use.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The runner is closed.</exception>
    /// <exception cref="InvalidOperationException">A loop is running in this thread, or something stopped this one before the main code was done.</exception>
    /// <exception cref="KeyboardInterruptException">The user interrupted it, and it ended cancelled.</exception>
    /// <remarks>As <see cref="Run(Func{Task}, ExecutionContext?)"/>, but on Ctrl-C it is waited for.</remarks>
    public void Run(Func<CancellationToken, Task> main, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        Drive(MainCode.Call(main), context, nameof(Runner) + ".Run").ThrowUnlessSucceeded();
    }

    /// <summary>Runs a coroutine in a task of the runner's loop until it is done; its task is handed back done.</summary>
    internal LoopTask Drive(Coroutine main, ExecutionContext? context, string method)
    {
        try
        {
            CheckNotInsideLoop(method);
            Initialize();
        }
        catch
        {
            // It can never run now; one error is enough.
            if (main.IsCreated)
            {
                main.Close();
            }

            throw;
        }

        LoopTask task = main.MakeTask(_loop!, new TaskOptions { Context = context ?? _context });
        task.IsReportedWhenDestroyed = false;
        Interrupt = new RunnerInterrupt(task, _options.HandleInterrupt ?? !Thread.CurrentThread.IsBackground);
        try
        {
            _loop!.RunUntilDone(task);
        }
        catch
        {
            // If this is the task's own fatal exception, it has now been seen.
            task.SuppressUnobserved();
            throw;
        }
        finally
        {
            Interrupt.Dispose();
        }

        if (task.IsCancelled && Interrupt.Happened && task.Uncancel() == 0)
        {
            throw new KeyboardInterruptException("The run was interrupted from the keyboard.", task.MakeCancelledException());
        }

        return task;
    }
}
