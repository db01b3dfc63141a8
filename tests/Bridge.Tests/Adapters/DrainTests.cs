using System.Collections.Concurrent;
using Bridge.TestKit;

namespace Bridge.Tests.Adapters;

/// <summary>Scenario 5: a blocking collection becomes a stream, by one thread that never loses an item.</summary>
public sealed class DrainTests : LoopTest
{
    private readonly BlockingCollection<int> _collection = [];

    [Theory(Timeout = 30000)]
    [InlineData(1)]
    [InlineData(100)]
    public void Drain_UntilComplete_GivesAllInOrder(int maxAhead) => Run(async Coroutine () =>
    {
        var producer = new Thread(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                _collection.Add(i);
            }

            _collection.CompleteAdding();
        })
        { IsBackground = true };
        producer.Start();
        int next = 0;
        await foreach (int item in Loop.Drain(_collection, maxAhead))
        {
            Assert.Equal(next++, item);
            Assert.True(Loop.IsOnLoopThread);
        }

        Assert.Equal(1000, next);
        producer.Join();
    });

    [Fact(Timeout = 30000)]
    public void Drain_Break_FreesTheThreadAndKeepsWhatItTookAhead() => Run(async Coroutine () =>
    {
        Fill(20);
        List<int> seen = await ReadUntil(4, maxAhead: 8);

        // Nobody takes any more: what the thread had taken is where the next Drain finds it, before the rest.
        Assert.True(_collection.TryAdd(20));
        _collection.CompleteAdding();
        Assert.InRange(_collection.Count, 20 - 4 - 8, 17);
        await foreach (int item in Loop.Drain(_collection, 3))
        {
            seen.Add(item);
        }

        Assert.Equal(Enumerable.Range(0, 21), seen);
    });

    [Fact(Timeout = 30000)]
    public void Drain_BrokenManyTimes_LosesNothing() => Run(async Coroutine () =>
    {
        Fill(200);
        List<int> seen = [];
        for (int i = 0; i < 20; i++)
        {
            seen.AddRange(await ReadUntil(5, maxAhead: 1 + (i % 7)));
        }

        _collection.CompleteAdding();
        await foreach (int item in Loop.Drain(_collection, 2))
        {
            seen.Add(item);
        }

        Assert.Equal(Enumerable.Range(0, 200), seen);
    });

    [Fact(Timeout = 30000)]
    public void Drain_TokenCancelledWhileItWaits_EndsWithThatTokenAndLosesNothing() => Run(async Coroutine () =>
    {
        using var source = new CancellationTokenSource();
        LoopTask reading = Loop.CreateTask(ReadAll(source.Token));
        await LoopTask.Yield();
        source.Cancel();
        OperationCanceledException cancelled = await FromApmTests.ThrowsAsync<OperationCanceledException>(reading);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Fill(3);
        Assert.Equal([0, 1, 2], await ReadUntil(3, maxAhead: 1));
    });

    [Fact(Timeout = 30000)]
    public void Drain_TaskCancelledWhileItWaits_ThreadIsFreed() => Run(async Coroutine () =>
    {
        LoopTask reading = Loop.CreateTask(ReadAll(default));
        await LoopTask.Yield();
        reading.Cancel();
        await FromApmTests.ThrowsAsync<LoopCanceledException>(reading);
        Fill(1);
        Assert.Equal(0, _collection.Take());
    });

    [Fact(Timeout = 30000)]
    public void Drain_SourceFails_ReaderGetsItAfterTheItems() => Run(async Coroutine () =>
    {
        using var failing = new BlockingCollection<int>(new FailingQueue());
        failing.Add(0);
        failing.Add(1);
        List<int> seen = [];
        LoopTask reading = Loop.CreateTask(Read());
        await FromApmTests.ThrowsAsync<InvalidDataException>(reading);
        Assert.Equal([0], seen);

        async Coroutine Read()
        {
            await foreach (int item in Loop.Drain(failing, 8))
            {
                seen.Add(item);
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void Drain_DisposedUnread_StartsNoThread() => Run(async Coroutine () =>
    {
        Fill(1);
        CollectionDrainEnumerator<int> enumerator = Loop.Drain(_collection).GetAsyncEnumerator();
        await enumerator.DisposeAsync();
        await enumerator.DisposeAsync();
        Assert.Single(_collection);
    });

    [Theory(Timeout = 30000)]
    [InlineData(true)]
    [InlineData(false)]
    public void MoveNext_AfterDispose_GivesFalse(bool wasRead) => Run(async Coroutine () =>
    {
        Fill(2);
        CollectionDrainEnumerator<int> enumerator = Loop.Drain(_collection).GetAsyncEnumerator();
        if (wasRead)
        {
            Assert.True(await enumerator.MoveNextAsync());
        }

        await enumerator.DisposeAsync();
        Assert.False(await enumerator.MoveNextAsync());
    });

    [Fact(Timeout = 30000)]
    public void Close_WhileItWaits_FreesTheThread()
    {
        var loop = new SelectorEventLoop(options: new EventLoopOptions { Name = $"drained {Guid.NewGuid():N}" }) { ExceptionHandler = (_, _) => { } };
        CollectionDrainEnumerator<int> enumerator = loop.Drain(_collection, 4).GetAsyncEnumerator();
        loop.CreateTask<bool>(enumerator.MoveNextAsync());
        loop.Stop();
        loop.RunForever();
        loop.Close();

        // Freed, the collection is everybody's again: nobody else takes what is added now.
        Assert.True(SpinWait.SpinUntil(() => enumerator.IsThreadEnded, TimeSpan.FromSeconds(20)));
        Fill(1);
        Assert.Equal(0, _collection.Take());
    }

    [Fact(Timeout = 30000)]
    public void Drain_BadCalls_ThrowAtOnce()
    {
        Assert.Throws<ArgumentNullException>("collection", () => Loop.Drain<int>(null!));
        Assert.Throws<ArgumentOutOfRangeException>("maxAhead", () => Loop.Drain(_collection, 0));
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.Drain(_collection));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _collection.Dispose();
    }

    private void Fill(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _collection.Add(i);
        }
    }

    private async Coroutine<List<int>> ReadUntil(int count, int maxAhead)
    {
        List<int> seen = [];
        await foreach (int item in Loop.Drain(_collection, maxAhead))
        {
            seen.Add(item);
            if (seen.Count == count)
            {
                break;
            }
        }

        return seen;
    }

    private async Coroutine ReadAll(CancellationToken token)
    {
        await foreach (int _ in Loop.Drain(_collection, 4, token))
        {
        }
    }

    private sealed class FailingQueue : ConcurrentQueue<int>, IProducerConsumerCollection<int>
    {
        private int _taken;

        bool IProducerConsumerCollection<int>.TryTake(out int item)
            => Interlocked.Increment(ref _taken) == 1 ? TryDequeue(out item) : throw new InvalidDataException();
    }
}
