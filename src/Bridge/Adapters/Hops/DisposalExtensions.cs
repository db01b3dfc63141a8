using Bridge.Executors;

namespace Bridge;

/// <summary>Disposing of what belongs to the other side of the border.</summary>
public static class DisposalExtensions
{
    /// <summary>Lets synchronous code on another thread dispose of an object that belongs to a loop: <c>using var session = asyncSession.DisposeOn(loop);</c></summary>
    /// <param name="resource">Disposed of once, on the loop's thread.</param>
    /// <param name="loop">Runs on another thread.</param>
    /// <returns>Its <c>Dispose</c> blocks until the object is disposed of, and throws what that threw; further calls do nothing.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="resource"/> or <paramref name="loop"/> is null.</exception>
    /// <remarks>
    /// <c>Dispose</c> may be called on any thread but that of a running loop, where it throws <see cref="InvalidOperationException"/> and disposes of nothing: it would block that loop. On a closed
    /// loop it throws <see cref="ObjectDisposedException"/>, and <see cref="LoopClosedException"/> if it closes meanwhile. The ambient context is that of the caller.
    /// </remarks>
    public static IDisposable DisposeOn(this IAsyncDisposable resource, EventLoop loop)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(loop);
        return new BlockingDisposal(resource, loop);
    }

    /// <summary>Lets code on a loop dispose of an object whose <c>Dispose</c> blocks: <c>await using var file = slowFile.DisposeOffLoop(loop);</c></summary>
    /// <param name="resource">Disposed of once, on a thread of the executor.</param>
    /// <param name="loop">Where the code runs.</param>
    /// <param name="executor">Where to run <c>Dispose</c>: the thread that owns the object, if it has one. Null: the loop's default executor.</param>
    /// <returns>Its <c>DisposeAsync</c> is done when the object is disposed of, and fails with what that threw; further calls do nothing.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="resource"/> or <paramref name="loop"/> is null.</exception>
    /// <remarks><c>DisposeAsync</c> belongs to the loop thread. Cancelling the task does not end it. The ambient context is that of the caller.</remarks>
    public static IAsyncDisposable DisposeOffLoop(this IDisposable resource, EventLoop loop, Executor? executor = null)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(loop);
        return new AwaitedDisposal(resource, loop, executor);
    }

    private sealed class BlockingDisposal(IAsyncDisposable resource, EventLoop loop) : IDisposable
    {
        /// <summary>1 from the first call on that may dispose of it; any thread, by an exchange.</summary>
        private int _isTaken;

        public void Dispose()
        {
            if (RunningLoop.Current is { } here)
            {
                throw new InvalidOperationException(Messages.DisposeBlocksLoop(resource, here));
            }

            if (Interlocked.Exchange(ref _isTaken, 1) == 0)
            {
                loop.RunCoroutineThreadSafe(async Coroutine () => await resource.DisposeAsync()).GetResult();
            }
        }
    }

    private sealed class AwaitedDisposal(IDisposable resource, EventLoop loop, Executor? executor) : IAsyncDisposable
    {
        /// <summary>Loop thread.</summary>
        private bool _isTaken;

        public async ValueTask DisposeAsync()
        {
            loop.AssertLoopThread();
            if (!_isTaken)
            {
                LoopFuture disposal = loop.RunInExecutor(executor, resource.Dispose);
                _isTaken = true;
                await disposal;
            }
        }
    }
}
