using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Stress;

/// <summary>Rows F1 and F2; needs 2 and 25: no post is lost or changes places, and a sleep costs one wake-up at most.</summary>
public sealed class PostStressTests : IDisposable
{
    private readonly CountingSelector _selector = new(Selector.CreateDefault());
    private readonly List<LoopErrorContext> _reports = [];

    public void Dispose() => _selector.Dispose();

    [Theory(Timeout = 600000)]
    [InlineData(0)]
    [InlineData(50)]
    public void CallSoonThreadSafe_EightProducersAndALoopThatParks_LosesNothing(int spinMicroseconds)
    {
        int posts = StressLevel.Choose(20_000, 1_000_000);
        var log = new OrderLog(8);
        LoopThread thread = Start(spinMicroseconds);
        using (thread)
        {
            // All producers wait for the loop at the same time now and then, so it parks often.
            ProducerThreads.Run(8, producer => log.Produce(thread.Loop, producer, posts, () => 100));
        }

        AssertAll(log, 8L * posts, thread.Loop);
    }

    [Fact(Timeout = 600000)]
    public void CallSoonThreadSafe_SixtyFourProducersAtRandom_LosesNothing()
    {
        int posts = StressLevel.Choose(300, 100_000);
        var log = new OrderLog(64);
        LoopThread thread = Start(spinMicroseconds: 0);
        using (thread)
        {
            ProducerThreads.Run(64, producer =>
            {
                var random = new Random(producer);
                log.Produce(thread.Loop, producer, posts, () =>
                {
                    Thread.SpinWait(random.Next(1000));
                    return 1 + random.Next(20);
                });
            });
        }

        AssertAll(log, 64L * posts, thread.Loop);
    }

    [Fact(Timeout = 600000)]
    public void CallSoonThreadSafe_OnePostPerSleep_WakesForEachAndRunsIt()
    {
        int rounds = StressLevel.Choose(2_000, 200_000);
        LoopThread thread = Start(spinMicroseconds: 0);
        using (thread)
        {
            for (int i = 0; i < rounds; i++)
            {
                // The loop has announced its sleep; whether it sleeps already is left to chance.
                _selector.Asleep.Wait();
                thread.RunOnLoop(() => { });
            }

            // Each of these posts found the loop parked, none was lucky.
            Assert.Equal(rounds, thread.Loop.WakeUps);
            Assert.Equal(rounds, _selector.Wakes);
        }
    }

    [Fact(Timeout = 600000)]
    public void CallSoonThreadSafe_WhileACallbackKeepsTheLoopAwake_CostsOneWakeUpAtMost()
    {
        int posts = StressLevel.Choose(100_000, 1_000_000) / 4;
        long ran = 0;
        using var busy = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        LoopThread thread = Start(spinMicroseconds: 0);
        using (thread)
        {
            thread.Loop.CallSoonThreadSafe(() =>
            {
                busy.Set();
                release.Wait();
            });
            busy.Wait();
            (long wakeUps, long writes) = (thread.Loop.WakeUps, _selector.Wakes);
            ProducerThreads.Run(4, _ =>
            {
                for (int i = 0; i < posts; i++)
                {
                    thread.Loop.CallSoonThreadSafe(() => ran++);
                }
            });
            Assert.InRange(thread.Loop.WakeUps - wakeUps, 0, 1);
            Assert.InRange(_selector.Wakes - writes, 0, 1);
            release.Set();
        }

        Assert.Equal(4L * posts, ran);
    }

    [Fact(Timeout = 600000)]
    public void CallSoonThreadSafe_WhileTheLoopIsBusyTurnAfterTurn_CostsOneWakeUpAtMost()
    {
        int posts = StressLevel.Choose(100_000, 1_000_000) / 4;
        long ran = 0;
        LoopThread thread = Start(spinMicroseconds: 0);
        using var begun = new ManualResetEventSlim();
        using var done = new ManualResetEventSlim();
        using (thread)
        {
            thread.Loop.CallSoonThreadSafe(Spin);
            begun.Wait();
            (long wakeUps, long writes) = (thread.Loop.WakeUps, _selector.Wakes);
            ProducerThreads.Run(4, _ =>
            {
                for (int i = 0; i < posts; i++)
                {
                    thread.Loop.CallSoonThreadSafe(() => ran++);
                }
            });
            done.Wait();
            Assert.InRange(thread.Loop.WakeUps - wakeUps, 0, 1);
            Assert.InRange(_selector.Wakes - writes, 0, 1);
        }

        void Spin()
        {
            begun.Set();
            if (ran == 4L * posts)
            {
                done.Set();
                return;
            }

            thread.Loop.CallSoon(Spin);
        }
    }

    private LoopThread Start(int spinMicroseconds)
    {
        var loop = new SelectorEventLoop(_selector, new EventLoopOptions { MaximumSpin = TimeSpan.FromMicroseconds(spinMicroseconds) });
        loop.ExceptionHandler = (_, report) => _reports.Add(report);
        return new LoopThread(loop);
    }

    /// <summary>After the loop was stopped, which took one more post.</summary>
    private void AssertAll(OrderLog log, long posts, EventLoop loop)
    {
        Assert.Empty(_reports);
        Assert.Null(log.FirstError);
        Assert.Equal(posts, log.Ran);
        Assert.Equal(posts + 1, loop.Posts);
        Assert.InRange(loop.WakeUps, 1, _selector.Sleeps);
        Assert.Equal(loop.WakeUps, _selector.Wakes);
    }
}
