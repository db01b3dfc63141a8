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

    [Fact(Timeout = 30000)]
    public void Sleep_WithAResultCancelled_LeavesNoTimer()
    {
        Run(async Coroutine () =>
        {
            LoopTask<int> sleeper = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromHours(1), 5));
            await LoopTask.Yield();
            Assert.True(sleeper.Cancel());
            Assert.Equal(0, Loop.TimerCount);
            await Assert.ThrowsAsync<LoopCanceledException>(async () => await sleeper);
        });
        Assert.Equal(TimeSpan.Zero, Time.Elapsed);
    }

    [Fact(Timeout = 30000)]
    public void Sleep_CancelledWhenDueAlready_StillThrows()
    {
        var events = new List<string>();
        LoopTask sleeper = null!;
        Loop.CallAt(TimeSpan.FromSeconds(1), () => events.Add($"cancel {sleeper.Cancel("late")}"));
        sleeper = Loop.CreateTask(Sleeper());
        RunTurns();
        Time.Advance(TimeSpan.FromSeconds(1));
        RunTurns();
        Assert.Equal(["cancel True", "threw late"], events);
        Assert.Equal(1, Loop.TimerCount);
        Time.Advance(TimeSpan.FromSeconds(1));
        RunTurns();
        Assert.True(sleeper.IsDone && !sleeper.IsCancelled);

        async Coroutine Sleeper()
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromSeconds(1));
            }
            catch (LoopCanceledException exception)
            {
                events.Add($"threw {exception.CancelMessage}");
                await LoopTask.Sleep(TimeSpan.FromSeconds(1));
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Sleep_CutManyTimes_NeverWakesAnotherOnesTask()
    {
        const int Sleepers = 200;
        var woken = new List<int>();
        LoopTask[] tasks = [.. Enumerable.Range(0, Sleepers).Select(i => Loop.CreateTask(Sleeper(i)))];
        RunTurns();
        for (int i = 0; i < Sleepers; i += 2)
        {
            tasks[i].Cancel();
        }

        Assert.Equal(Sleepers / 2, Loop.TimerCount);
        LoopTask[] others = [.. Enumerable.Range(Sleepers, Sleepers).Select(i => Loop.CreateTask(Sleeper(i)))];
        RunTurns();
        Assert.Equal(Sleepers * 3 / 2, Loop.TimerCount);
        Time.Advance(TimeSpan.FromHours(1));
        RunTurns();
        Assert.Equal(Enumerable.Range(0, 2 * Sleepers).Where(i => i >= Sleepers || i % 2 == 1), woken);
        Assert.All(tasks.Concat(others), task => Assert.True(task.IsDone));

        async Coroutine Sleeper(int number)
        {
            await LoopTask.Sleep(TimeSpan.FromHours(1));
            woken.Add(number);
        }
    }

    [Fact(Timeout = 30000)]
    public void Sleep_MovedOutToATaskOfItsOwn_WakesThatOneAndCanBeCut()
    {
        Run(async Coroutine () =>
        {
            Task<int> sleeps = Plain(LoopTask.Sleep(TimeSpan.FromSeconds(1), 1));
            IReadOnlyCollection<LoopTask> others = LoopTask.All(Loop);
            Task<int> isCut = Plain(LoopTask.Sleep(TimeSpan.FromSeconds(1), 2));
            Assert.Equal(2, Loop.TimerCount);
            Assert.True(Assert.Single(LoopTask.All(Loop).Except(others)).Cancel());
            Assert.Equal(1, Loop.TimerCount);
            await LoopTask.Yield();
            await LoopTask.Yield();
            Assert.True(isCut.IsCanceled);
            Assert.Equal(TimeSpan.Zero, Time.Elapsed);
            Assert.Equal(1, await sleeps);
            Assert.Equal(TimeSpan.FromSeconds(1), Time.Elapsed);
        });

        static async Task<int> Plain(Coroutine<int> coroutine) => await coroutine;
    }

    [Fact(Timeout = 30000)]
    public void Cancel_SleepingTaskOfAClosedLoop_DoesNothing()
    {
        LoopTask sleeper = Loop.CreateTask(LoopTask.Sleep(TimeSpan.FromHours(1)));
        RunTurns();
        Loop.Close();
        TakeReport();
        Assert.True(sleeper.Cancel());
        Assert.False(sleeper.IsDone);
    }
}
