using System.Collections;
using System.Runtime.ExceptionServices;
using Bridge.Executors;

namespace Bridge;

/// <summary>A sequence that is produced on a loop, for <c>foreach</c> on another thread.</summary>
internal sealed class BlockingSequence<T>(IAsyncEnumerable<T> source, EventLoop loop, int buffer, CancellationToken token) : IEnumerable<T>
{
    public IEnumerator<T> GetEnumerator() => new Enumerator(source, loop, buffer, token);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The consumer's side. One thread at a time, none of a loop.</summary>
    private sealed class Enumerator(IAsyncEnumerable<T> source, EventLoop loop, int buffer, CancellationToken token) : IEnumerator<T>
    {
        private SequenceFeed<T>? _feed;
        private ConcurrentFuture<Exception?>? _producing;
        private T _current = default!;
        private bool _isDisposed;

        public T Current => _current;

        object? IEnumerator.Current => _current;

        public bool MoveNext()
        {
            CheckCanBlock();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            token.ThrowIfCancellationRequested();
            if (_feed is null)
            {
                Start();
            }

            if (!_feed!.Items.TryTake(out T? item, Timeout.InfiniteTimeSpan, token))
            {
                return false;
            }

            _current = item;
            _feed.CountTaken();
            return true;
        }

        public void Reset() => throw new NotSupportedException("A sequence that comes from a loop cannot be reset. Enumerate it anew.");

        public void Dispose()
        {
            if (_isDisposed || _feed is null)
            {
                _isDisposed = true;
                return;
            }

            CheckCanBlock();
            _isDisposed = true;
            if (!_producing!.IsDone)
            {
                _feed.Stop(loop);
            }

            // Not the outcome, which may be there before the coroutine has ended.
            _producing.Stopped.GetAwaiter().GetResult();
            _feed.Dispose();
            if (!_producing.IsCancelled && _producing.GetResult() is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }

        private void Start()
        {
            var feed = new SequenceFeed<T>(buffer, token);
            _producing = loop.RunCoroutineThreadSafe(() => Produce(source, feed, loop));
            _producing.AddDoneCallback(
                static (producing, feed) =>
                {
                    if (producing.IsCancelled)
                    {
                        // The loop was closed before the source had ended: nobody else will say so.
                        ((SequenceFeed<T>)feed!).Items.Complete(Outcome<Exception?>.Of(producing).Cancellation);
                    }
                },
                feed);
            _feed = feed;
        }

        /// <summary>Shutting the loop down cancels this task, which otherwise might wait for a consumer for ever.</summary>
        private static async Coroutine<Exception?> Produce(IAsyncEnumerable<T> source, SequenceFeed<T> feed, EventLoop loop)
        {
            using CancellationTokenRegistration registration = LoopTask.Current!.CancellationToken.UnsafeRegister(_ => feed.Stop(loop), null);
            return await feed.Produce(source);
        }

        private void CheckCanBlock()
        {
            if (RunningLoop.Current is { } here)
            {
                throw new InvalidOperationException(Messages.SequenceBlocksLoop(loop, here));
            }
        }
    }
}
