namespace Bridge;

/// <summary>Where a move of an enumerator leaves its item.</summary>
internal interface IItemTarget<in T>
{
    T Current { set; }
}

/// <summary>What <see cref="BridgeQueue{T}.TakeAllAsync"/> gives.</summary>
internal sealed class BridgeQueueItems<T>(BridgeQueue<T> queue, CancellationToken token) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (!token.CanBeCanceled || token == cancellationToken)
        {
            return new Enumerator(queue, null, cancellationToken);
        }

        if (!cancellationToken.CanBeCanceled)
        {
            return new Enumerator(queue, null, token);
        }

        var both = CancellationTokenSource.CreateLinkedTokenSource(token, cancellationToken);
        return new Enumerator(queue, both, both.Token);
    }

    private sealed class Enumerator(BridgeQueue<T> queue, CancellationTokenSource? ownSource, CancellationToken token) : IAsyncEnumerator<T>, IItemTarget<T>
    {
        public T Current { get; set; } = default!;

        public ValueTask<bool> MoveNextAsync() => queue.MoveAsync(this, token);

        public ValueTask DisposeAsync()
        {
            ownSource?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
