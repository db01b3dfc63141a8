using Bridge.TestKit;

namespace Bridge.Tests.Timers;

/// <summary>Rows D3, E4, E5: random timers against a sorted list, through the public surface on virtual time.</summary>
public sealed class TimerWheelTests : LoopTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void RandomTimers_RunLikeASortedList(int seed)
    {
        var random = new Random(seed);
        var model = new List<(long Deadline, int Number, TimerHandle Handle)>();
        var ran = new List<int>();
        int numbers = 0;
        for (int round = 0; round < 1500; round++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    long deadline = RandomDeadline(random);
                    int number = numbers++;
                    model.Add((deadline, number, Loop.CallAt(TimeSpan.FromTicks(deadline), () => ran.Add(number))));
                    break;
                case 2 when model.Count > 0:
                    int victim = random.Next(model.Count);
                    Assert.True(model[victim].Handle.Cancel());
                    model.RemoveAt(victim);
                    break;
                default:
                    Time.Advance(TimeSpan.FromTicks((long)Math.Pow(10, random.NextDouble() * 9)));
                    CheckTurn(model, ran);
                    break;
            }

            Assert.Equal(model.Count, Loop.TimerCount);
        }

        DrainWithExactWaits(model, ran);
    }

    [Fact(Timeout = 30000)]
    public void FarDeadlines_OfYears_RunAtTheirTime()
    {
        var order = new List<int>();
        int[] years = [400, 1, 30, 2, 150];
        foreach (int year in years)
        {
            Loop.CallAt(TimeSpan.FromDays(365L * year), () => order.Add(year));
        }

        Loop.CallAt(TimeSpan.FromDays(365L * 401), Loop.Stop);
        Loop.CallAt(TimeSpan.MaxValue, () => Assert.Fail("ran"));
        Loop.CallAt(TimeSpan.MinValue, () => order.Add(0));
        Loop.RunForever();
        Assert.Equal([0, 1, 2, 30, 150, 400], order);
        Assert.Equal(TimeSpan.FromDays(365L * 401), Loop.Now);
        Assert.Equal(1, Loop.TimerCount);
    }

    [Fact(Timeout = 30000)]
    public void ManyOfOneSlot_NoneRunsEarlyAndOrderIsExact()
    {
        var order = new List<long>();
        for (int i = 0; i < 100; i++)
        {
            long ticks = 1_000_000 + (i * 37 % 100);
            Loop.CallAt(TimeSpan.FromTicks(ticks), () =>
            {
                Assert.True(Loop.Now.Ticks >= ticks);
                order.Add(ticks);
            });
        }

        Loop.CallAt(TimeSpan.FromTicks(1_000_100), Loop.Stop);
        Loop.RunForever();
        Assert.Equal(order.Order(), order);
        Assert.Equal(100, order.Count);
        Assert.Empty(Reports);
    }

    private static long RandomDeadline(Random random) => random.Next(20) switch
    {
        0 => -random.NextInt64(1 << 20),
        1 => random.Next(4) * 512L,
        _ => (long)Math.Pow(10, random.NextDouble() * 14),
    };

    private void CheckTurn(List<(long Deadline, int Number, TimerHandle Handle)> model, List<int> ran)
    {
        long now = Loop.Now.Ticks;
        int[] due = [.. model.Where(timer => timer.Deadline <= now).OrderBy(timer => timer.Deadline).ThenBy(timer => timer.Number).Select(timer => timer.Number)];
        RunTurns();
        Assert.Equal(due, ran);
        ran.Clear();
        model.RemoveAll(timer => timer.Deadline <= now);
    }

    /// <summary>Lets the loop decide how long to wait: never past the first deadline.</summary>
    private void DrainWithExactWaits(List<(long Deadline, int Number, TimerHandle Handle)> model, List<int> ran)
    {
        if (model.Count == 0)
        {
            return;
        }

        foreach ((long deadline, int number, TimerHandle handle) in model.ToArray())
        {
            handle.Cancel();
            Loop.CallAt(TimeSpan.FromTicks(deadline), () =>
            {
                Assert.Equal(Math.Max(deadline, Loop.Now.Ticks), Loop.Now.Ticks);
                ran.Add(number);
            });
        }

        Loop.CallAt(TimeSpan.FromTicks(model.Max(timer => timer.Deadline) + 1), Loop.Stop);
        Loop.RunForever();
        Assert.Equal(model.OrderBy(timer => timer.Deadline).ThenBy(timer => timer.Number).Select(timer => timer.Number), ran);
        Assert.Empty(Reports);
    }
}
