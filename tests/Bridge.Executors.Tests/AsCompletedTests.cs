using System.Runtime.CompilerServices;

namespace Bridge.Executors.Tests;

/// <summary>Row U8: AsCompleted.</summary>
public sealed class AsCompletedTests
{
    [Fact(Timeout = 30000)]
    public void AsCompleted_FinishedOnesFirst_ThenAsTheyCome()
    {
        var (a, b, c) = (new ConcurrentFuture<int>(), new ConcurrentFuture<int>(), new ConcurrentFuture<int>());
        b.SetResult(2);
        using var futures = ConcurrentFuture.AsCompleted([a, b, c, b]).GetEnumerator();
        Assert.True(futures.MoveNext());
        Assert.Same(b, futures.Current);
        c.TrySetCanceled();
        Assert.True(futures.MoveNext());
        Assert.Same(c, futures.Current);
        var completer = new Thread(() => a.SetResult(1));
        completer.Start();
        Assert.True(futures.MoveNext());
        Assert.Same(a, futures.Current);
        Assert.False(futures.MoveNext());
        completer.Join();
    }

    [Fact]
    public void AsCompleted_TimeIsUp_SaysHowManyAreUnfinished()
    {
        var futures = Enumerable.Range(0, 4).Select(_ => new ConcurrentFuture<int>()).ToList();
        futures[2].SetResult(1);
        var seen = new List<ConcurrentFuture<int>>();
        var caught = Assert.Throws<TimeoutException>(() =>
        {
            foreach (var future in ConcurrentFuture.AsCompleted(futures, TimeSpan.Zero))
            {
                seen.Add(future);
            }
        });
        Assert.Equal("3 (of 4) futures unfinished", caught.Message);
        Assert.Equal([futures[2]], seen);
    }

    [Fact]
    public void AsCompleted_EmptyOrWrong_EndsOrThrowsAtTheCall()
    {
        Assert.Empty(ConcurrentFuture.AsCompleted(Array.Empty<ConcurrentFuture>()));
        Assert.Throws<ArgumentNullException>("futures", () => ConcurrentFuture.AsCompleted<ConcurrentFuture>(null!));
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => ConcurrentFuture.AsCompleted(Array.Empty<ConcurrentFuture>(), TimeSpan.MinValue));
    }

    [Fact]
    public void AsCompleted_EnumeratedTwice_Throws()
    {
        var sequence = ConcurrentFuture.AsCompleted(Array.Empty<ConcurrentFuture>());
        Assert.Empty(sequence);
        Assert.Contains("once", Assert.Throws<InvalidOperationException>(() => sequence.GetEnumerator()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AsCompleted_MovedOn_KeepsNoReferenceToTheLastOne()
    {
        var second = new ConcurrentFuture<int>();
        var (sequence, first) = Start(second);
        using var futures = sequence;
        second.SetResult(2);
        Assert.True(futures.MoveNext());
        GC.Collect();
        Assert.False(first.IsAlive);
    }

    [Fact]
    public void AsCompleted_LeftEarly_LeavesNoWaiterBehind()
    {
        var (done, pending) = (new ConcurrentFuture<int>(), new ConcurrentFuture<int>());
        done.SetResult(1);
        foreach (var future in ConcurrentFuture.AsCompleted([done, pending]))
        {
            Assert.Same(done, future);
            break;
        }

        pending.SetResult(2);
        Assert.Equal(2, pending.GetResult());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (IEnumerator<ConcurrentFuture<int>> Sequence, WeakReference First) Start(ConcurrentFuture<int> second)
    {
        var first = new ConcurrentFuture<int>();
        first.SetResult(1);
        var sequence = ConcurrentFuture.AsCompleted([first, second]).GetEnumerator();
        Assert.True(sequence.MoveNext());
        Assert.Same(first, sequence.Current);
        return (sequence, new WeakReference(first));
    }
}
