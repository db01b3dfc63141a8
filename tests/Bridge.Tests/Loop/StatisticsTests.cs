using Bridge.TestKit;

namespace Bridge.Tests.Loop;

public sealed class StatisticsTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void GetStatistics_CallbacksAndTimersWait_CountsThem()
    {
        Loop.CallSoon(static () => { });
        Loop.CallSoon(static () => { });
        Loop.CallLater(TimeSpan.FromSeconds(1), static () => { });

        LoopStatistics before = Loop.GetStatistics();
        Assert.Equal((2, 1, 0L), (before.ReadyDepth, before.Timers, before.Callbacks));

        Loop.CallSoon(Loop.Stop);
        Loop.RunForever();

        LoopStatistics after = Loop.GetStatistics();
        Assert.Equal((0, 1, 3L), (after.ReadyDepth, after.Timers, after.Callbacks));
    }

    [Fact(Timeout = 30000)]
    public void GetStatistics_PostsWait_CountsThemFromAnyThread()
    {
        LoopStatistics seen = default;
        Loop.CallSoon(() =>
        {
            var other = new Thread(() =>
            {
                Loop.CallSoonThreadSafe(static () => { });
                Loop.CallSoonThreadSafe(Loop.Stop);
                seen = Loop.GetStatistics();
            });
            other.Start();
            other.Join();
        });

        Loop.RunForever();

        Assert.Equal((2L, 2), (seen.Posts, seen.InboxDepth));
        LoopStatistics after = Loop.GetStatistics();
        Assert.Equal((2L, 0, 3L), (after.Posts, after.InboxDepth, after.Callbacks));
    }

    [Fact(Timeout = 30000)]
    public void GetStatistics_AfterClose_StillAnswers()
    {
        Loop.CallSoon(Loop.Stop);
        Loop.RunForever();
        Loop.Close();

        Assert.Equal(1, Loop.GetStatistics().Callbacks);
        Assert.Equal(0, Loop.GetStatistics().ReadyDepth);
    }
}
