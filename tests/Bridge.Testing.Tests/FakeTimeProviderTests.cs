using Microsoft.Extensions.Time.Testing;

namespace Bridge.Testing.Tests;

/// <summary>A loop on the clock of Microsoft.Extensions.TimeProvider.Testing, moved by hand from another thread.</summary>
public sealed class FakeTimeProviderTests
{
    [Fact(Timeout = 30000)]
    public async Task Advance_WhileTheLoopSleeps_WakesIt()
    {
        var time = new FakeTimeProvider();
        using var thread = new EventLoopThread(options: new EventLoopOptions { TimeProvider = time });
        using var reached = new SemaphoreSlim(0);
        Task<TimeSpan> scenario = thread.Loop.RunCoroutineThreadSafe(async Coroutine<TimeSpan> () =>
        {
            await LoopTask.Sleep(TimeSpan.FromHours(1));
            reached.Release();
            await Task.Delay(TimeSpan.FromHours(1), thread.Loop.TimeProvider);
            reached.Release();
            await Task.Delay(TimeSpan.FromHours(1), time);
            return thread.Loop.Now;
        }).Task;

        // However a step of the clock falls between the loop's own, its time comes.
        while (!scenario.IsCompleted)
        {
            time.Advance(TimeSpan.FromMinutes(10));
            await Task.Yield();
        }

        Assert.True(await scenario >= TimeSpan.FromHours(3));
        Assert.Equal(2, reached.CurrentCount);
    }

    [Fact(Timeout = 30000)]
    public async Task Advance_OnceForASleepThatHasBegun_IsEnough()
    {
        var time = new FakeTimeProvider();
        using var thread = new EventLoopThread(options: new EventLoopOptions { TimeProvider = time });
        for (int i = 0; i < 200; i++)
        {
            Task sleep = thread.Loop.RunCoroutineThreadSafe(() => LoopTask.Sleep(TimeSpan.FromHours(1))).Task;

            // The second post is run when the sleep has begun; whether the loop sleeps by now or only sets its alarm differs from round to round.
            await thread.Loop.RunCoroutineThreadSafe(async Coroutine () => await LoopTask.Yield()).Task;
            time.Advance(TimeSpan.FromHours(1));
            await sleep;
        }
    }
}
