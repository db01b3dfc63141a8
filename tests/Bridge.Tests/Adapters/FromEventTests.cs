using Bridge.TestKit;

namespace Bridge.Tests.Adapters;

/// <summary>Rank 36: .NET events as streams that lose nothing.</summary>
public sealed class FromEventTests : LoopTest
{
    private readonly Source _source = new();

    [Fact(Timeout = 60000)]
    public void FromEvent_HundredThousandRaisesFromEightThreads_ArriveInOrderPerThread() => Run(async Coroutine () =>
    {
        const int PerThread = 12_500;
        EventStream<(int Thread, int Number)> stream = Numbers();
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(t => new Thread(() =>
        {
            for (int i = 0; i < PerThread; i++)
            {
                _source.Raise((t, i));
            }
        })
        { IsBackground = true })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        int[] next = new int[8];
        int count = 0;
        await foreach ((int thread, int number) in stream)
        {
            Assert.Equal(next[thread]++, number);
            if (++count == 8 * PerThread)
            {
                break;
            }
        }

        Assert.All(next, n => Assert.Equal(PerThread, n));
        Assert.Equal(0, stream.Dropped);
        Assert.Equal(0, _source.Handlers);
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    });

    [Fact(Timeout = 30000)]
    public void FromEvent_RaisedBeforeTheFirstRead_IsNotMissed() => Run(async Coroutine () =>
    {
        using EventStream<(int, int)> stream = Numbers();
        _source.Raise((0, 1));
        _source.Raise((0, 2));
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal((0, 1), stream.Current);
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal((0, 2), stream.Current);
    });

    [Fact(Timeout = 30000)]
    public void FromEvent_DropOldest_KeepsTheNewestAndCounts() => Run(async Coroutine () =>
    {
        using EventStream<(int, int)> stream = Numbers(2, WhenFull.DropOldest);
        Raise(1, 2, 3, 4);
        Assert.Equal(2, stream.Dropped);
        Assert.Equal([3, 4], await Take(stream, 2));
    });

    [Fact(Timeout = 30000)]
    public void FromEvent_DropNewest_KeepsTheOldestAndCounts() => Run(async Coroutine () =>
    {
        using EventStream<(int, int)> stream = Numbers(2, WhenFull.DropNewest);
        Raise(1, 2, 3, 4);
        Assert.Equal(2, stream.Dropped);
        Assert.Equal([1, 2], await Take(stream, 2));
    });

    [Fact(Timeout = 30000)]
    public void FromEvent_Fail_GivesWhatItHasAndThenThrows() => Run(async Coroutine () =>
    {
        using EventStream<(int, int)> stream = Numbers(2, WhenFull.Fail);
        Raise(1, 2, 3);
        Assert.Equal([1, 2], await Take(stream, 2));
        LoopTask<bool> next = Loop.CreateTask<bool>(stream.MoveNextAsync());
        await FromApmTests.ThrowsAsync<QueueFullException>(next);
        Assert.Equal(1, stream.Dropped);
    });

    [Fact(Timeout = 30000)]
    public void FromEvent_ReaderWaitsAndTaskIsCancelled_NothingIsTaken() => Run(async Coroutine () =>
    {
        using EventStream<(int, int)> stream = Numbers();
        LoopTask<bool> waiting = Loop.CreateTask<bool>(stream.MoveNextAsync());
        await LoopTask.Yield();
        Raise(1);
        waiting.Cancel();
        await FromApmTests.ThrowsAsync<LoopCanceledException>(waiting);
        Assert.Equal([1], await Take(stream, 1));
    });

    [Theory(Timeout = 30000)]
    [InlineData(true)]
    [InlineData(false)]
    public void FromEvent_TokenCancelled_WaitEndsWithThatTokenAndUnsubscribes(bool ofTheCall) => Run(async Coroutine () =>
    {
        using var source = new CancellationTokenSource();
        EventStream<(int, int)> stream = Numbers(token: ofTheCall ? source.Token : default);
        LoopTask reading = Loop.CreateTask(Read());
        await LoopTask.Yield();
        source.Cancel();
        OperationCanceledException cancelled = await FromApmTests.ThrowsAsync<OperationCanceledException>(reading);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.Equal(0, _source.Handlers);

        async Coroutine Read()
        {
            await using EventStreamEnumerator<(int, int)> enumerator = stream.GetAsyncEnumerator(ofTheCall ? default : source.Token);
            await enumerator.MoveNextAsync();
        }
    });

    [Fact(Timeout = 30000)]
    public void FromEvent_TokenCancelledBefore_FirstReadThrows() => Run(async Coroutine () =>
    {
        using EventStream<(int, int)> stream = Numbers(token: new CancellationToken(true));
        await FromApmTests.ThrowsAsync<OperationCanceledException>(Loop.CreateTask<bool>(stream.MoveNextAsync()));
    });

    [Fact(Timeout = 30000)]
    public void FromEvent_ReadByTwo_SecondThrows() => Run(async Coroutine () =>
    {
        using EventStream<(int, int)> stream = Numbers();
        LoopTask<bool> first = Loop.CreateTask<bool>(stream.MoveNextAsync());
        await LoopTask.Yield();
        LoopTask<bool> second = Loop.CreateTask<bool>(stream.MoveNextAsync());
        await FromApmTests.ThrowsAsync<InvalidOperationException>(second);
        Raise(1);
        Assert.True(await first);
        stream.GetAsyncEnumerator();
        Assert.Throws<InvalidOperationException>(() => stream.GetAsyncEnumerator());
    });

    [Fact(Timeout = 30000)]
    public void Dispose_WhileTheReaderWaits_EndsTheStream() => Run(async Coroutine () =>
    {
        EventStream<(int, int)> stream = Numbers();
        LoopTask<bool> waiting = Loop.CreateTask<bool>(stream.MoveNextAsync());
        await LoopTask.Yield();
        stream.Dispose();
        stream.Dispose();
        Assert.False(await waiting);
        Assert.Equal(1, _source.Removals);
    });

    [Fact(Timeout = 30000)]
    public void Dispose_OnAnotherThread_UnsubscribesOnTheLoop()
    {
        using var thread = new LoopThread(new SelectorEventLoop());
        EventStream<(int, int)>? stream = null;
        bool? onLoop = null;
        thread.RunOnLoop(() => stream = thread.Loop.FromEvent<(int, int)>(h => _source.Raised += h, h =>
        {
            onLoop = thread.Loop.IsOnLoopThread;
            _source.Raised -= h;
        }));
        stream!.Dispose();
        thread.RunOnLoop(() => { });
        Assert.True(onLoop);
        Assert.Equal(0, _source.Handlers);
    }

    [Fact(Timeout = 30000)]
    public void FromEvent_ActionEvent_IsAStreamAsWell() => Run(async Coroutine () =>
    {
        using EventStream<int> stream = Loop.FromEvent<int>(h => _source.Simple += h, h => _source.Simple -= h);
        _source.RaiseSimple(7);
        await stream.MoveNextAsync();
        Assert.Equal(7, stream.Current);
    });

    [Fact(Timeout = 30000)]
    public void FromEvent_AmbientContext_IsTheReaders() => Run(async Coroutine () =>
    {
        var local = new AsyncLocal<string?> { Value = "reader" };
        using EventStream<(int, int)> stream = Numbers();
        var thread = new Thread(() =>
        {
            local.Value = "raiser";
            Raise(1);
        })
        { IsBackground = true };
        thread.UnsafeStart();
        await stream.MoveNextAsync();
        Assert.Equal("reader", local.Value);
        thread.Join();
    });

    [Fact(Timeout = 30000)]
    public void FromEvent_PlainAsyncMethodAndInterface_ReadItToo() => Run(async Coroutine () =>
    {
        EventStream<(int, int)> stream = Numbers();
        Raise(1, 2);
        Assert.Equal(3, await Sum(stream));
        Assert.Equal(0, _source.Handlers);

        static async Task<int> Sum(IAsyncEnumerable<(int, int Number)> source)
        {
            int sum = 0;
            await foreach ((int _, int number) in source)
            {
                sum += number;
                if (number == 2)
                {
                    break;
                }
            }

            return sum;
        }
    });

    [Fact(Timeout = 30000)]
    public void Close_WhileSubscribed_Unsubscribes()
    {
        EventStream<(int, int)> stream = Numbers();
        Loop.Close();
        Assert.Equal(0, _source.Handlers);
        Raise(1);
        stream.Dispose();
        Assert.Equal(1, _source.Removals);
    }

    [Fact(Timeout = 30000)]
    public void Dispose_LoopClosesBeforeItsNextTurn_UnsubscribesAllTheSame()
    {
        EventStream<(int, int)> stream = Numbers();
        stream.Dispose();
        Loop.Close();
        Assert.Equal(0, _source.Handlers);
        Assert.Equal(1, _source.Removals);
    }

    [Fact(Timeout = 30000)]
    public void GetAsyncEnumerator_AfterDispose_ListensToNoToken() => Run(async Coroutine () =>
    {
        using var source = new CancellationTokenSource();
        EventStream<(int, int)> stream = Numbers();
        stream.Dispose();
        await using EventStreamEnumerator<(int, int)> enumerator = stream.GetAsyncEnumerator(source.Token);
        Assert.False(await enumerator.MoveNextAsync());
        long posts = Loop.Posts;
        OtherThread.Run(source.Cancel);
        Assert.Equal(posts, Loop.Posts);
    });

    [Fact(Timeout = 30000)]
    public void FromEvent_BadCalls_ThrowAtOnce()
    {
        Assert.Throws<ArgumentNullException>("add", () => Loop.FromEvent<int>((Action<Action<int>>)null!, _ => { }));
        Assert.Throws<ArgumentNullException>("remove", () => Loop.FromEvent<int>(_ => { }, (Action<EventHandler<int>>)null!));
        Assert.Throws<ArgumentOutOfRangeException>("bound", () => Numbers(-1));
        Assert.Throws<ArgumentOutOfRangeException>("full", () => Numbers(1, (WhenFull)9));
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Numbers());
        Assert.Equal(0, _source.Handlers);
    }

    private EventStream<(int, int)> Numbers(int bound = 0, WhenFull full = WhenFull.Fail, CancellationToken token = default)
        => Loop.FromEvent<(int, int)>(h => _source.Raised += h, h => _source.Raised -= h, bound, full, token);

    private void Raise(params int[] numbers)
    {
        foreach (int number in numbers)
        {
            _source.Raise((0, number));
        }
    }

    private static async Coroutine<List<int>> Take(EventStream<(int Thread, int Number)> stream, int count)
    {
        List<int> taken = [];
        for (int i = 0; i < count; i++)
        {
            Assert.True(await stream.MoveNextAsync());
            taken.Add(stream.Current.Number);
        }

        return taken;
    }

    private sealed class Source
    {
        private EventHandler<(int, int)>? _raised;

        internal event EventHandler<(int, int)> Raised
        {
            add => _raised += value;
            remove
            {
                Removals++;
                _raised -= value;
            }
        }

        internal event Action<int>? Simple;

        internal int Removals { get; private set; }

        internal int Handlers => _raised?.GetInvocationList().Length ?? 0;

        internal void Raise((int, int) args) => _raised?.Invoke(this, args);

        internal void RaiseSimple(int value) => Simple?.Invoke(value);
    }
}
