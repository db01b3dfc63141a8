using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>Call graphs: which methods a task is in, and who waits for it.</content>
public abstract partial class EventLoop
{
    /// <summary>Captures the call graph of a future or task: its call stack, and who waits for it, with theirs.</summary>
    /// <param name="future">What to look at. Null: the current task.</param>
    /// <param name="depth">Only for the current task: the method its call stack begins with, counted from 1, the caller of this method. More than there are: an empty stack.</param>
    /// <param name="limit">
    /// How many methods each call stack keeps: above zero, that many of the innermost ones; below zero, of the outermost ones, where the task began. 0: no
    /// call stacks, only who waits for whom. Null: all.
    /// </param>
    /// <returns>The graph; null if <paramref name="future"/> is null and no task is running, as in a plain callback.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="depth"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="future"/> is null and no loop is running in this thread, or its loop runs on another thread.</exception>
    /// <remarks>
    /// <para>
    /// Costs a walk over the waits, and a stack trace for the current task; code that is not looked at pays nothing. Call stacks of
    /// suspended tasks have method names without lines. Methods that were inlined are missing. Code that waits without being a task, such as
    /// an <c>async Task</c> method or a callback, is not shown as an awaiter.
    /// </para>
    /// <para>The future's loop thread, also after the loop was closed; elsewhere use <see cref="CaptureCallGraphsThreadSafe"/>. Source: <c>asyncio.capture_call_graph</c>.</para>
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FutureCallGraph? CaptureCallGraph(LoopFuture? future = null, int depth = 1, int? limit = null)
    {
        if (depth < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(depth), depth, Messages.DepthBelowOne);
        }

        EventLoop? running = RunningLoop.Current;
        if (future is null)
        {
            future = (running ?? throw new InvalidOperationException(Messages.NothingToCapture)).CurrentTask;
            if (future is null)
            {
                return null;
            }
        }

        future.Loop.AssertLoopThread();
        bool isCurrent = running is not null && ReferenceEquals(future, running.CurrentTask);
        return new CallGraphBuilder(limit).Build(future, isCurrent && limit != 0 ? RunningStack.Of((LoopTask)future).Skip(depth - 1) : null);
    }

    /// <summary>The call graph of a future or task as text.</summary>
    /// <param name="future">What to look at. Null: the current task.</param>
    /// <param name="depth">As for <see cref="CaptureCallGraph"/>.</param>
    /// <param name="limit">As for <see cref="CaptureCallGraph"/>.</param>
    /// <returns>
    /// Lines without a line break at the end. Each future is "* Task(name='...', id=...)" or "* Future(id=...)", followed by "+ Call stack:" and
    /// "+ Awaited by:". Whoever waits in several places is written out in the first one. Empty if there is no current task.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="depth"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="future"/> is null and no loop is running in this thread, or its loop runs on another thread.</exception>
    /// <remarks>An id is a number that the future keeps. Loop thread, also after the loop was closed. Source: <c>asyncio.format_call_graph</c>.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string FormatCallGraph(LoopFuture? future = null, int depth = 1, int? limit = null)
        => CaptureCallGraph(future, depth, limit)?.ToString() ?? "";

    /// <summary>Writes the call graph of a future or task as text, and a line break.</summary>
    /// <param name="writer">Where to. Null: the console.</param>
    /// <param name="future">What to look at. Null: the current task.</param>
    /// <param name="depth">As for <see cref="CaptureCallGraph"/>.</param>
    /// <param name="limit">As for <see cref="CaptureCallGraph"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="depth"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="future"/> is null and no loop is running in this thread, or its loop runs on another thread.</exception>
    /// <remarks>What the writer throws comes out here. Loop thread, also after the loop was closed. Source: <c>asyncio.print_call_graph</c>.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void PrintCallGraph(TextWriter? writer = null, LoopFuture? future = null, int depth = 1, int? limit = null)
        => (writer ?? Console.Out).WriteLine(FormatCallGraph(future, depth, limit));

    /// <summary>Captures the call graphs of all tasks that are not done, from any thread.</summary>
    /// <param name="limit">How long to wait for the loop, in real time; above zero. Then the answer is a <see cref="TimeoutException"/>.</param>
    /// <returns>
    /// A task giving a graph for each task, in no particular order. It fails with <see cref="TimeoutException"/> if the loop did not answer in
    /// time, for it is blocked in a callback, does not run, or was closed meanwhile; the text says which.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is not above zero, or more than timers can hold (some 49 days).</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// The loop captures them in a callback of its own, between the steps of tasks, so they fit together. On the loop thread that happens at
    /// once. It takes some microseconds for each task. Do not block a loop's thread by waiting for the answer of another. Source: none; asyncio reads another process's memory instead.
    /// </remarks>
    public Task<IReadOnlyList<FutureCallGraph>> CaptureCallGraphsThreadSafe(TimeSpan limit)
    {
        if (limit <= TimeSpan.Zero || limit.TotalMilliseconds >= uint.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, Messages.LimitOfCapture);
        }

        if (IsOnLoopThread)
        {
            return Task.FromResult<IReadOnlyList<FutureCallGraph>>(CaptureAllCallGraphs());
        }

        var answer = new TaskCompletionSource<IReadOnlyList<FutureCallGraph>>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!TryCallSoonThreadSafe(source => Answer((TaskCompletionSource<IReadOnlyList<FutureCallGraph>>)source!), answer))
        {
            throw new ObjectDisposedException(nameof(EventLoop), Messages.LoopClosed(this));
        }

        return WaitForAnswer(answer.Task, limit);
    }

    private async Task<IReadOnlyList<FutureCallGraph>> WaitForAnswer(Task<IReadOnlyList<FutureCallGraph>> answer, TimeSpan limit)
    {
        try
        {
            return await answer.WaitAsync(limit).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException(Messages.LoopDidNotAnswer(this, limit), exception);
        }
    }

    private void Answer(TaskCompletionSource<IReadOnlyList<FutureCallGraph>> source)
    {
        try
        {
            source.TrySetResult(CaptureAllCallGraphs());
        }
        catch (Exception exception)
        {
            // Whoever asked must not wait for nothing.
            source.TrySetException(exception);
        }
    }

    private FutureCallGraph[] CaptureAllCallGraphs()
    {
        var builder = new CallGraphBuilder(null);
        FutureCallGraph? current = CurrentTask is { } task ? builder.Build(task, RunningStack.Of(task)) : null;
        return [.. SnapshotTasks().Select(task => current is not null && ReferenceEquals(task, current.Future) ? current : builder.Build(task))];
    }
}
