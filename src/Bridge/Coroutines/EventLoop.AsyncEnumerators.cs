using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>Async enumerators that must not outlive the loop.</content>
public abstract partial class EventLoop
{
    /// <summary>Held weakly: who drops one has decided that it need not be closed. Made when first needed. Loop thread.</summary>
    private ConditionalWeakTable<IAsyncDisposable, string?>? _enumerators;
    private bool _enumeratorsShutDown;

    /// <summary>Has an async enumerator closed by <see cref="ShutdownAsyncEnumeratorsAsync"/>, if it still exists then.</summary>
    /// <typeparam name="T">Type of the enumerator.</typeparam>
    /// <param name="enumerator">An <c>IAsyncEnumerator</c>, or anything else whose <c>DisposeAsync</c> may be called twice. Held weakly.</param>
    /// <returns>The same enumerator.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="enumerator"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// <para>For enumerators that are moved by hand, or handed from task to task; <c>await foreach</c> and <c>await using</c> close theirs themselves.</para>
    /// <para>After the shutdown it is still accepted, with a warning, for nothing will close it.</para>
    /// <para>
    /// Source: asyncio's hook for first iteration, which tracks every generator by itself. Differs: .NET tells nobody when an iterator
    /// method starts or is collected, so tracking is asked for, and one that was dropped is not closed.
    /// </para>
    /// </remarks>
    public T TrackAsyncEnumerator<T>(T enumerator)
        where T : class, IAsyncDisposable
    {
        ArgumentNullException.ThrowIfNull(enumerator);
        AssertLoopThread();
        if (_enumeratorsShutDown)
        {
            WriteWarning($"Async enumerator '{enumerator}' was tracked after ShutdownAsyncEnumeratorsAsync() of event loop '{Name}'. Dispose it yourself.");
        }

        (_enumerators ??= []).AddOrUpdate(enumerator, null);
        return enumerator;
    }

    /// <summary>Closes all tracked async enumerators, concurrently.</summary>
    /// <returns>A coroutine; done when all are closed.</returns>
    /// <exception cref="InvalidOperationException">On await: it runs on another loop than this.</exception>
    /// <remarks>What one throws goes to the exception handler; the others are closed all the same. Source: <c>loop.shutdown_asyncgens</c>.</remarks>
    public async Coroutine ShutdownAsyncEnumeratorsAsync()
    {
        AssertLoopThread();
        _enumeratorsShutDown = true;
        if (_enumerators is not { } tracked)
        {
            return;
        }

        _enumerators = null;
        List<LoopTask> closing = [.. tracked.Select(entry => CreateTask(CloseReported(entry.Key)))];
        try
        {
            foreach (LoopTask task in closing)
            {
                await task;
            }
        }
        finally
        {
            // Cancelled while they close: so are they. Otherwise all are done, and this does nothing.
            closing.ForEach(task => task.Cancel());
        }
    }

    private async Coroutine CloseReported(IAsyncDisposable enumerator)
    {
        try
        {
            await enumerator.DisposeAsync();
        }
        catch (OperationCanceledException) when (LoopTask.Current!.CancelRequests == 0)
        {
            // The enumerator was cancelled by itself; it is closed, and a cancellation is not an error.
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or IFatalLoopException))
        {
            var report = new LoopErrorContext($"An error occurred during closing of async enumerator '{enumerator}'", exception);
            report.Extra["enumerator"] = enumerator;
            CallExceptionHandler(report);
        }
    }
}
