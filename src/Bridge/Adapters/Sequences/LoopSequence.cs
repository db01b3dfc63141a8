namespace Bridge;

/// <summary>A sequence that is produced elsewhere, for <c>await foreach</c> on a loop.</summary>
internal sealed class LoopSequence<T>(EventLoop loop, int buffer, Func<SequenceFeed<T>, Task<Exception?>> produce) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        loop.AssertLoopThread();
        return new Enumerator(loop, buffer, produce, cancellationToken);
    }

    /// <summary>The consumer's side. Loop thread, but for the close action.</summary>
    private sealed class Enumerator(EventLoop loop, int buffer, Func<SequenceFeed<T>, Task<Exception?>> produce, CancellationToken token)
        : IAsyncEnumerator<T>, IItemTarget<T>
    {
        private SequenceFeed<T>? _feed;
        private Task<Exception?>? _producing;
        private CloseRegistration _closeRegistration;
        private T _current = default!;
        private bool _isDisposed;

        T IItemTarget<T>.Current
        {
            set
            {
                _current = value;
                _feed!.CountTaken();
            }
        }

        public T Current => _current;

        public ValueTask<bool> MoveNextAsync()
        {
            loop.AssertCanSchedule();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_feed is null)
            {
                // Not before: an enumerator that is never moved need not be disposed of either.
                var feed = new SequenceFeed<T>(buffer, token);
                _feed = feed;
                _closeRegistration = loop.OnClose(() => feed.Stop(loop));
                _producing = produce(feed);
            }

            return _feed.Items.MoveAsync(this, token);
        }

        public async ValueTask DisposeAsync()
        {
            loop.AssertLoopThread();
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            if (_feed is not { } feed)
            {
                return;
            }

            _closeRegistration.Dispose();
            if (!_producing!.IsCompleted)
            {
                feed.Stop(loop);
            }

            Exception? failure = await _producing;
            feed.Dispose();
            if (failure is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            }
        }
    }
}
