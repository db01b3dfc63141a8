using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows O1, O2.</summary>
public sealed class SleepTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Sleep_OneDay_TakesNoRealTime()
    {
        Run(async Coroutine () => await LoopTask.Sleep(TimeSpan.FromDays(1)));
        Assert.Equal(TimeSpan.FromDays(1), Time.Elapsed);
    }

    [Fact(Timeout = 30000)]
    public void Sleep_Cancelled_LeavesNoTimer()
    {
        Run(async Coroutine () =>
        {
            LoopTask sleeper = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromHours(1)));
            await LoopTask.Yield();
            Assert.Equal(1, Loop.TimerCount);
            Assert.True(sleeper.Cancel("enough"));
            Assert.Equal(0, Loop.TimerCount);
            var cancelled = await Assert.ThrowsAsync<LoopCanceledException>(async () => await sleeper);
            Assert.Equal("enough", cancelled.CancelMessage);
        });
        Assert.Equal(TimeSpan.Zero, Time.Elapsed);
    }
}
