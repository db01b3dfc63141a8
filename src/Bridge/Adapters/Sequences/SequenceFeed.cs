namespace Bridge;

/// <summary>One enumeration across a border: the producer's side, which runs ahead of the consumer but not further than agreed.</summary>
/// <remarks>
/// Two queues are all that the sides share: items one way, room the other way. Room comes back in batches of half the buffer, so a
/// consumer that keeps up wakes its producer that seldom.
/// </remarks>
internal sealed class SequenceFeed<T> : IDisposable
{
    private readonly BridgeQueue<T> _items = new();
    private readonly BridgeQueue<int> _rooms = new();
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _consumerToken;
    private readonly int _batch;

    /// <summary>Items the producer may still put. Its alone.</summary>
    private int _room;

    /// <summary>Items taken since room was last given back. The consumer's alone.</summary>
    private int _taken;

    internal SequenceFeed(int buffer, CancellationToken consumerToken)
    {
        _consumerToken = consumerToken;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(consumerToken);
        _batch = (buffer + 1) / 2;
        _room = buffer;
    }

    internal BridgeQueue<T> Items => _items;

    /// <summary>The consumer has left: the producer has to end.</summary>
    internal void Stop(EventLoop loop) => TokenCancellation.Request(loop, _stop);

    /// <summary>The consumer has got an item.</summary>
    internal void CountTaken()
    {
        if (++_taken == _batch)
        {
            _rooms.TryPut(_taken);
            _taken = 0;
        }
    }

    /// <summary>Produces on the thread that calls: the pool, or the loop, whose context the awaits come back to.</summary>
    /// <returns>What disposing of the source failed with.</returns>
    internal async Task<Exception?> Produce(IAsyncEnumerable<T> source)
    {
        Exception? failure = null;
        Exception? disposalFailure = null;
        IAsyncEnumerator<T>? items = null;
        try
        {
            items = source.GetAsyncEnumerator(_stop.Token);
            while (await WaitForRoom() && await items.MoveNextAsync())
            {
                Put(items.Current);
            }
        }
        catch (Exception exception)
        {
            // The consumer's, on the other side.
            failure = exception;
        }

        try
        {
            await (items?.DisposeAsync() ?? default);
        }
        catch (Exception exception)
        {
            // Also the consumer's, where it disposes of its own enumerator.
            disposalFailure = exception;
        }

        End(failure);
        return disposalFailure;
    }

    /// <summary>The same for a sequence that blocks, on a thread of its own.</summary>
    internal Task<Exception?> ProduceOnThread(IEnumerable<T> source, string name)
    {
        var done = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => done.SetResult(Produce(source))) { IsBackground = true, Name = name };
        thread.Start();
        return done.Task;
    }

    public void Dispose() => _stop.Dispose();

    private Exception? Produce(IEnumerable<T> source)
    {
        Exception? failure = null;
        Exception? disposalFailure = null;
        IEnumerator<T>? items = null;
        try
        {
            items = source.GetEnumerator();
            while (BlockForRoom() && items.MoveNext())
            {
                Put(items.Current);
            }
        }
        catch (Exception exception)
        {
            // As above.
            failure = exception;
        }

        try
        {
            items?.Dispose();
        }
        catch (Exception exception)
        {
            // As above.
            disposalFailure = exception;
        }

        End(failure);
        return disposalFailure;
    }

    private async ValueTask<bool> WaitForRoom()
    {
        if (_room == 0)
        {
            _room = await _rooms.TakeAsync(_stop.Token);
        }

        return !_stop.IsCancellationRequested;
    }

    private bool BlockForRoom()
    {
        if (_room == 0)
        {
            _room = _rooms.Take(_stop.Token);
        }

        return !_stop.IsCancellationRequested;
    }

    private void Put(T item)
    {
        _room--;
        _items.TryPut(item);
    }

    /// <summary>The source is disposed of. A consumer that was cut short must not take that for the end of the sequence; what a move came to after that is nobody's.</summary>
    private void End(Exception? failure)
        => _items.Complete(_stop.IsCancellationRequested ? new OperationCanceledException(_consumerToken) : failure);
}
