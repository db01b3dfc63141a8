namespace Bridge.Executors.Tests;

/// <summary>Need 7: limits that hold, and slots that are never lost.</summary>
public sealed class CapacityLimiterTests
{
    [Fact]
    public void TryAcquire_UntilFull_CountsSlots()
    {
        var limiter = new CapacityLimiter(2);
        Assert.True(limiter.TryAcquire());
        Assert.True(limiter.TryAcquire());
        Assert.False(limiter.TryAcquire());
        Assert.Equal((2, 0, 2, 0), (limiter.Total, limiter.Available, limiter.Borrowed, limiter.Waiting));
        limiter.Release();
        limiter.Release();
        Assert.Equal(2, limiter.Available);
        Assert.Throws<InvalidOperationException>(limiter.Release);
    }

    [Fact]
    public void Total_BadValue_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>("total", () => new CapacityLimiter(0));
        Assert.Throws<ArgumentOutOfRangeException>("total", () => new CapacityLimiter(1).Total = -1);
    }

    [Fact]
    public void Dispose_LeaseTwice_GivesOneSlotBack()
    {
        var limiter = new CapacityLimiter(2);
        limiter.Acquire();
        var lease = limiter.Acquire();
        lease.Dispose();
        lease.Dispose();
        Assert.Equal(1, limiter.Borrowed);
    }

    [Fact(Timeout = 30000)]
    public async Task AcquireAsync_Full_IsServedInOrderOfArrival()
    {
        var limiter = new CapacityLimiter(1);
        var first = await limiter.AcquireAsync();
        var waiting = Enumerable.Range(0, 5).Select(_ => limiter.AcquireAsync().AsTask()).ToList();
        Assert.Equal(5, limiter.Waiting);
        Assert.False(limiter.TryAcquire());
        first.Dispose();
        for (int i = 0; i < 5; i++)
        {
            var lease = await waiting[i];
            Assert.All(waiting.Skip(i + 1), later => Assert.False(later.IsCompleted));
            lease.Dispose();
        }

        Assert.Equal(1, limiter.Available);
    }

    [Fact(Timeout = 30000)]
    public async Task AcquireAsync_Cancelled_LeavesTheQueueWithTheToken()
    {
        var limiter = new CapacityLimiter(1);
        using var lease = await limiter.AcquireAsync();
        using var source = new CancellationTokenSource();
        var waiting = limiter.AcquireAsync(source.Token).AsTask();
        var next = limiter.AcquireAsync().AsTask();
        source.Cancel();
        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting)).CancellationToken);
        Assert.Equal(1, limiter.Waiting);
        lease.Dispose();
        (await next).Dispose();
        Assert.True(limiter.AcquireAsync(source.Token).IsCanceled);
    }

    [Fact(Timeout = 30000)]
    public async Task Total_RaisedAndLowered_TakesEffect()
    {
        var limiter = new CapacityLimiter(1);
        var first = await limiter.AcquireAsync();
        var waiting = Enumerable.Range(0, 2).Select(_ => limiter.AcquireAsync().AsTask()).ToList();
        limiter.Total = 3;
        var leases = await Task.WhenAll(waiting);
        limiter.Total = 1;
        Assert.Equal(0, limiter.Available);
        leases[0].Dispose();
        leases[1].Dispose();
        Assert.False(limiter.TryAcquire());
        first.Dispose();
        Assert.True(limiter.TryAcquire());
    }

    [Fact(Timeout = 30000)]
    public void Acquire_Blocking_TimesOutIsCancelledOrIsServed()
    {
        var limiter = new CapacityLimiter(1);
        var lease = limiter.Acquire();
        Assert.Throws<TimeoutException>(() => limiter.Acquire(TimeSpan.FromMilliseconds(1)));
        Assert.Equal(0, limiter.Waiting);
        using var source = new CancellationTokenSource();
        Exception? seen = null;
        var cancelled = new Thread(() => seen = Record.Exception(() => limiter.Acquire(null, source.Token)));
        cancelled.Start();
        SpinWait.SpinUntil(() => limiter.Waiting == 1);
        source.Cancel();
        cancelled.Join();
        Assert.IsAssignableFrom<OperationCanceledException>(seen);
        Assert.Equal(0, limiter.Waiting);

        var served = new Thread(() => limiter.Acquire().Dispose());
        served.Start();
        SpinWait.SpinUntil(() => limiter.Waiting == 1);
        lease.Dispose();
        served.Join();
        Assert.Equal(1, limiter.Available);
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => limiter.Acquire(TimeSpan.FromSeconds(-4)));
    }

    [Fact(Timeout = 30000)]
    public async Task AcquireAsync_HundredThousandRandomCancels_LoseNoSlot()
    {
        var limiter = new CapacityLimiter(4);
        var random = new Random(7);
        var all = new List<Task>();
        for (int i = 0; i < 100_000; i++)
        {
            var source = new CancellationTokenSource();
            all.Add(TakeAndGiveBack(limiter, source.Token));
            switch (random.Next(3))
            {
                case 0:
                    source.Cancel();
                    break;
                case 1:
                    ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), source, preferLocal: false);
                    break;
            }
        }

        await Task.WhenAll(all);
        Assert.Equal((limiter.Total, 0, 0), (limiter.Available, limiter.Borrowed, limiter.Waiting));

        static async Task TakeAndGiveBack(CapacityLimiter limiter, CancellationToken token)
        {
            try
            {
                using var lease = await limiter.AcquireAsync(token);
                await Task.Yield();
            }
            catch (OperationCanceledException)
            {
            }
        }
    }
}
