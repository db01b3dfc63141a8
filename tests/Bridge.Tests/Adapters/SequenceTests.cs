using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Bridge.TestKit;
using Bridge.Tests.Interop;

namespace Bridge.Tests.Adapters;

/// <summary>Need 38 and scenario 10: sequences across the border, both ways.</summary>
public sealed class SequenceTests : LoopTest
{
    private static readonly AsyncLocal<string?> s_trace = new();

    [Fact(Timeout = 30000)]
    public void On_AsyncSource_ItemsInOrderOnTheLoopAndSourceOffIt() => Run(async Coroutine () =>
    {
        var source = new Source(100);
        int home = Environment.CurrentManagedThreadId;
        var got = new List<int>();
        await foreach (int item in source.On(Loop))
        {
            Assert.Equal(home, Environment.CurrentManagedThreadId);
            got.Add(item);
        }

        Assert.Equal(Enumerable.Range(0, 100), got);
        Assert.Equal(1, source.Disposals);
        Assert.DoesNotContain(home, source.Threads);
    });

    [Theory(Timeout = 30000)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public void On_SlowConsumer_SourceIsNeverFurtherAheadThanTheBuffer(int buffer) => Run(async Coroutine () =>
    {
        var source = new Source(200);
        int taken = 0;
        await foreach (int _ in source.On(Loop, buffer))
        {
            taken++;
            Assert.InRange(source.Given, taken, taken + buffer);
            await LoopTask.Yield();
        }

        Assert.Equal(200, taken);
    });

    [Fact(Timeout = 30000)]
    public void On_SourceFails_ItemsComeFirstThenTheSameObject() => Run(async Coroutine () =>
    {
        var failure = new InvalidDataException("seeded");
        var source = new Source(5) { Failure = failure };
        int got = 0;
        Exception? thrown = null;
        try
        {
            await foreach (int _ in source.On(Loop))
            {
                got++;
            }
        }
        catch (InvalidDataException exception)
        {
            thrown = exception;
        }

        Assert.Same(failure, thrown);
        Assert.Equal(5, got);
        Assert.Equal(1, source.Disposals);
    });

    [Fact(Timeout = 30000)]
    public void On_Break_DisposesOnceOffTheLoopBeforeItGoesOn() => Run(async Coroutine () =>
    {
        var source = new Source(int.MaxValue);
        int home = Environment.CurrentManagedThreadId;
        await foreach (int item in source.On(Loop))
        {
            if (item == 3)
            {
                break;
            }
        }

        Assert.Equal(1, source.Disposals);
        Assert.True(source.WasCancelled);
        Assert.DoesNotContain(home, source.Threads);
    });

    [Fact(Timeout = 30000)]
    public void On_DisposalFailsAfterBreak_IsThrownThere() => Run(async Coroutine () =>
    {
        var failure = new InvalidDataException("seeded");
        Exception? thrown = null;
        try
        {
            await foreach (int _ in new Source(10) { DisposalFailure = failure }.On(Loop))
            {
                break;
            }
        }
        catch (InvalidDataException exception)
        {
            thrown = exception;
        }

        Assert.Same(failure, thrown);
    });

    [Fact(Timeout = 30000)]
    public void On_TaskCancelledWhileTheSourceIsSilent_EndsAtOnceAndDisposes() => Run(async Coroutine () =>
    {
        var source = new Source(0) { IsSilentAtTheEnd = true };
        LoopTask<int> reader = LoopTask.Create(Count(source.On(Loop)));
        await LoopTask.Yield();
        reader.Cancel("enough");
        await LoopTask.Wait([reader]);
        Assert.True(reader.IsCancelled);
        Assert.Equal(1, source.Disposals);
        Assert.True(source.WasCancelled);
    });

    [Fact(Timeout = 30000)]
    public void On_TokenOfTheEnumeration_EndsItWithThatToken() => Run(async Coroutine () =>
    {
        using var stop = new CancellationTokenSource();
        var source = new Source(3) { IsSilentAtTheEnd = true };
        var got = new List<int>();
        OperationCanceledException? thrown = null;
        try
        {
            await foreach (int item in source.On(Loop).WithCancellation(stop.Token))
            {
                got.Add(item);
                if (item == 2)
                {
                    await stop.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException exception)
        {
            thrown = exception;
        }

        Assert.Equal(stop.Token, thrown!.CancellationToken);
        Assert.Equal([0, 1, 2], got);
        Assert.Equal(1, source.Disposals);
    });

    [Fact(Timeout = 30000)]
    public void On_AmbientContext_FlowsToTheSourceAndNotBack() => Run(async Coroutine () =>
    {
        s_trace.Value = "mine";
        string? seen = null;
        await foreach (int _ in Traced().On(Loop))
        {
            Assert.Equal("mine", s_trace.Value);
        }

        Assert.Equal("mine", seen);

        async IAsyncEnumerable<int> Traced()
        {
            seen = s_trace.Value;
            s_trace.Value = "theirs";
            yield return 1;
            await Task.CompletedTask;
        }
    });

    [Fact(Timeout = 30000)]
    public void On_OtherThread_Throws()
    {
        using var host = new LoopHost();
        Assert.Contains("'host'", Assert.Throws<InvalidOperationException>(() => new Source(1).On(host.Loop).GetAsyncEnumerator()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Source(1).On(Loop, 0));
    }

    [Fact(Timeout = 30000)]
    public async Task On_LoopCloses_SourceIsCancelledAndDisposed()
    {
        var host = new LoopHost();
        var source = new Source(0) { IsSilentAtTheEnd = true };
        host.Do(() => host.Loop.CreateTask(Count(source.On(host.Loop))));
        await source.Silent.Task;
        host.Close();
        await source.Disposed.Task;
        Assert.Equal(1, source.Disposals);
    }

    [Fact(Timeout = 30000)]
    public void On_BlockingSource_OneThreadMakesMovesAndDisposesIt() => Run(async Coroutine () =>
    {
        var threads = new List<(string What, int Thread)>();
        int home = Environment.CurrentManagedThreadId;
        int sum = 0;
        await foreach (int item in Numbers().On(Loop, 2))
        {
            sum += item;
            if (item == 4)
            {
                break;
            }
        }

        Assert.Equal(10, sum);
        Assert.Equal("made", threads[0].What);
        Assert.Equal("disposed", threads[^1].What);
        Assert.NotEqual(home, Assert.Single(threads.Select(entry => entry.Thread).Distinct()));
        Assert.Equal(2, threads.Count);

        IEnumerable<int> Numbers()
        {
            threads.Add(("made", Environment.CurrentManagedThreadId));
            try
            {
                for (int i = 0; ; i++)
                {
                    yield return i;
                }
            }
            finally
            {
                threads.Add(("disposed", Environment.CurrentManagedThreadId));
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void ToBlocking_LoopSource_ItemsInOrderAndDisposedOnTheLoop()
    {
        using var host = new LoopHost();
        var source = new Source(100);
        Assert.Equal(Enumerable.Range(0, 100), source.ToBlocking(host.Loop, 3));
        Assert.Equal(1, source.Disposals);
        Assert.Equal([host.ThreadId], source.Threads.Distinct());
    }

    [Fact(Timeout = 30000)]
    public void ToBlocking_Break_DisposesOnceOnTheLoop()
    {
        using var host = new LoopHost();
        var source = new Source(int.MaxValue);
        foreach (int item in source.ToBlocking(host.Loop))
        {
            if (item == 3)
            {
                break;
            }
        }

        Assert.Equal(1, source.Disposals);
        Assert.Equal([host.ThreadId], source.Threads.Distinct());
    }

    [Fact(Timeout = 30000)]
    public void ToBlocking_SlowConsumer_SourceIsNeverFurtherAheadThanTheBuffer()
    {
        using var host = new LoopHost();
        var source = new Source(200);
        int taken = 0;
        foreach (int _ in source.ToBlocking(host.Loop, 5))
        {
            taken++;
            Assert.InRange(source.Given, taken, taken + 5);
        }

        Assert.Equal(200, taken);
    }

    [Fact(Timeout = 30000)]
    public void ToBlocking_SourceFails_ItemsComeFirstThenTheSameObject()
    {
        using var host = new LoopHost();
        var failure = new InvalidDataException("seeded");
        var got = new List<int>();
        Assert.Same(failure, Assert.Throws<InvalidDataException>(() => got.AddRange(Each(new Source(5) { Failure = failure }.ToBlocking(host.Loop), got))));
        Assert.Equal([0, 1, 2, 3, 4], got);
    }

    [Fact(Timeout = 30000)]
    public void ToBlocking_TokenFires_EndsTheMoveAndTheSource()
    {
        using var host = new LoopHost();
        using var stop = new CancellationTokenSource();
        var source = new Source(1) { IsSilentAtTheEnd = true };
        source.Silent.Task.ContinueWith(_ => stop.Cancel(), TaskScheduler.Default);
        OperationCanceledException thrown = Assert.ThrowsAny<OperationCanceledException>(() => source.ToBlocking(host.Loop, 16, stop.Token).Count());
        Assert.Equal(stop.Token, thrown.CancellationToken);
        Assert.Equal(1, source.Disposals);
    }

    [Fact(Timeout = 30000)]
    public void ToBlocking_OnALoopThread_ThrowsAndNamesTheRemedy() => Run(async Coroutine () =>
    {
        Assert.Contains("await foreach", Assert.Throws<InvalidOperationException>(() => new Source(1).ToBlocking(Loop).First()).Message, StringComparison.Ordinal);
        using var host = new LoopHost();
        Assert.Contains("BridgeQueue", Assert.Throws<InvalidOperationException>(() => new Source(1).ToBlocking(host.Loop).First()).Message, StringComparison.Ordinal);
        await LoopTask.Yield();
    });

    [Fact(Timeout = 30000)]
    public void ToBlocking_LoopCloses_ThrowsThat()
    {
        var host = new LoopHost();
        var source = new Source(1) { IsSilentAtTheEnd = true };
        source.Silent.Task.ContinueWith(_ => host.Close(), TaskScheduler.Default);
        Assert.Throws<LoopClosedException>(() => source.ToBlocking(host.Loop).Count());
        host.Close();
        host.Reports.Clear();
    }

    [Fact(Timeout = 30000)]
    public void ToBlocking_LoopIsShutDownWhileTheConsumerIsAway_EndsAsCancelled()
    {
        var source = new Source(int.MaxValue);
        using var thread = new EventLoopThread("shut-down");
        using IEnumerator<int> items = source.ToBlocking(thread.Loop, 2).GetEnumerator();
        Assert.True(items.MoveNext());
        Assert.True(thread.Stop(LoopHost.Limit));
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            while (items.MoveNext())
            {
            }
        });
        Assert.Equal(1, source.Disposals);
    }

    [Fact(Timeout = 60000)]
    public void SyncToAsyncToSync_ManyItems_KeepsOrderAndFirstError()
    {
        const int Count = 20_000;
        using var host = new LoopHost();
        int next = 0;
        Exception? thrown = null;
        try
        {
            foreach (int item in Doubled().ToBlocking(host.Loop, 64))
            {
                Assert.Equal(2 * next, item);
                next++;
            }
        }
        catch (InvalidDataException exception)
        {
            thrown = exception;
        }

        Assert.Equal(Count, next);
        Assert.Equal("seeded", thrown!.Message);

        async IAsyncEnumerable<int> Doubled()
        {
            await foreach (int item in Numbers().On(host.Loop, 64))
            {
                yield return item * 2;
            }
        }

        static IEnumerable<int> Numbers()
        {
            for (int i = 0; i < Count; i++)
            {
                yield return i;
            }

            throw new InvalidDataException("seeded");
        }
    }

    [Fact(Timeout = 30000)]
    public void Channel_ReadOnTheLoop_CancelLosesNothing() => Run(async Coroutine () =>
    {
        var channel = Channel.CreateBounded<int>(1);
        LoopTask<int> reader = LoopTask.Create(First(channel.Reader));
        await LoopTask.Yield();
        reader.Cancel();
        await LoopTask.Wait([reader]);
        Assert.True(reader.IsCancelled);
        OtherThread.Run(() => Assert.True(channel.Writer.TryWrite(1)));
        Assert.Equal(1, await First(channel.Reader));
        LoopTask<int> second = LoopTask.Create(First(channel.Reader));
        await LoopTask.Yield();
        channel.Writer.Complete(new InvalidDataException("seeded"));
        await LoopTask.Wait([second]);
        Assert.Equal("seeded", second.GetException()!.Message);

        async Coroutine<int> First(ChannelReader<int> from)
        {
            await foreach (int item in from.On(Loop))
            {
                return item;
            }

            return -1;
        }
    });

    [Fact(Timeout = 30000)]
    public void Channel_TokenOfTheEnumeration_EndsTheWaitWithIt() => Run(async Coroutine () =>
    {
        using var stop = new CancellationTokenSource();
        var channel = Channel.CreateUnbounded<int>();
        await using LoopChannelEnumerator<int> items = channel.Reader.On(Loop).GetAsyncEnumerator(stop.Token);
        LoopTask<bool> move = LoopTask.Create(items.MoveNextAsync());
        await LoopTask.Yield();
        await stop.CancelAsync();
        await LoopTask.Wait([move]);
        Assert.True(move.IsCancelled);
        channel.Writer.TryWrite(1);
        Assert.True(channel.Reader.TryRead(out _));
    });

    [Fact(Timeout = 30000)]
    public void Channel_WriteOnLoop_WaitsForRoomAndFailsWhenCompleted() => Run(async Coroutine () =>
    {
        var channel = Channel.CreateBounded<int>(1);
        await channel.Writer.WriteOnLoop(1);
        LoopTask second = LoopTask.Create(channel.Writer.WriteOnLoop(2));
        LoopTask third = LoopTask.Create(channel.Writer.WriteOnLoop(3));
        await LoopTask.Yield();
        Assert.False(second.IsDone);
        third.Cancel();
        await LoopTask.Wait([third]);
        OtherThread.Run(() => Assert.True(channel.Reader.TryRead(out _)));
        await second;
        Assert.True(channel.Reader.TryRead(out int item));
        Assert.Equal(2, item);
        Assert.False(channel.Reader.TryRead(out _));
        channel.Writer.Complete();
        LoopTask late = LoopTask.Create(channel.Writer.WriteOnLoop(4));
        await LoopTask.Wait([late]);
        Assert.IsType<ChannelClosedException>(late.GetException());
    });

    private static IEnumerable<int> Each(IEnumerable<int> items, List<int> into)
    {
        foreach (int item in items)
        {
            into.Add(item);
        }

        return [];
    }

    private static async Coroutine<int> Count(IAsyncEnumerable<int> items)
    {
        int count = 0;
        await foreach (int _ in items)
        {
            count++;
        }

        return count;
    }

    /// <summary>Counts from zero, and notes what is done to it, where.</summary>
    private sealed class Source(int count) : IAsyncEnumerable<int>
    {
        private int _given;
        private int _disposals;

        internal Exception? Failure { get; init; }

        internal Exception? DisposalFailure { get; init; }

        /// <summary>After its items it waits for its token.</summary>
        internal bool IsSilentAtTheEnd { get; init; }

        internal TaskCompletionSource Silent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal System.Collections.Concurrent.ConcurrentBag<int> Threads { get; } = [];

        internal bool WasCancelled { get; private set; }

        internal int Given => Volatile.Read(ref _given);

        internal int Disposals => Volatile.Read(ref _disposals);

        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Enumerator(this, cancellationToken);

        private async IAsyncEnumerable<int> Numbers([EnumeratorCancellation] CancellationToken token)
        {
            for (int i = 0; i < count; i++)
            {
                Threads.Add(Environment.CurrentManagedThreadId);
                if (i % 10 == 9)
                {
                    await Task.Yield();
                }

                _given = i + 1;
                yield return i;
            }

            if (Failure is not null)
            {
                throw Failure;
            }

            if (IsSilentAtTheEnd)
            {
                Silent.SetResult();
                await Task.Delay(Timeout.Infinite, token);
            }
        }

        private sealed class Enumerator(Source source, CancellationToken token) : IAsyncEnumerator<int>
        {
            private readonly IAsyncEnumerator<int> _numbers = source.Numbers(token).GetAsyncEnumerator(token);

            public int Current => _numbers.Current;

            public ValueTask<bool> MoveNextAsync() => _numbers.MoveNextAsync();

            public async ValueTask DisposeAsync()
            {
                source.Threads.Add(Environment.CurrentManagedThreadId);
                source.WasCancelled = token.IsCancellationRequested;
                Interlocked.Increment(ref source._disposals);
                await _numbers.DisposeAsync();
                source.Disposed.SetResult();
                if (source.DisposalFailure is not null)
                {
                    throw source.DisposalFailure;
                }
            }
        }
    }
}
