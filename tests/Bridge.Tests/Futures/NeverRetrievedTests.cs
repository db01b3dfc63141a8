using Bridge.TestKit;

namespace Bridge.Tests.LoopFutures;

/// <summary>Row J17, J18: a failure that nobody looked at is reported once, others never.</summary>
public sealed class NeverRetrievedTests : LoopTest
{
    private readonly FormatException _failure = new("lost");

    [Fact(Timeout = 30000)]
    public void Future_FailedAndDropped_IsReportedOnce()
    {
        Garbage.MakeAndCollect(() => Loop.CreateFuture<int>().SetException(_failure));
        LoopErrorContext report = TakeReport();
        Assert.Equal("Future exception was never retrieved", report.Message);
        Assert.Same(_failure, report.Exception);
        Assert.NotNull(report.Future);
        Assert.Null(report.SourceStack);
        Garbage.Collect();
        Assert.Empty(Reports);
    }

    [Fact(Timeout = 30000)]
    public void Task_FailedAndDropped_IsReportedOnTheLoopThread()
    {
        int reportedOn = 0;
        Loop.ExceptionHandler = (_, report) =>
        {
            Reports.Add(report);
            reportedOn = Environment.CurrentManagedThreadId;
        };
        Loop.CallSoon(() => Garbage.Call(() => Loop.CreateTask(Fail())));
        Loop.CallLater(TimeSpan.FromSeconds(1), () =>
        {
            Garbage.Collect();
            Loop.Stop();
        });
        Loop.RunForever();
        RunTurns();
        Assert.Equal("Task exception was never retrieved", TakeReport().Message);
        Assert.Equal(Environment.CurrentManagedThreadId, reportedOn);
    }

    [Fact(Timeout = 30000)]
    public void Future_InDebugMode_SaysWhereItWasMade()
    {
        Loop.Debug = true;
        Garbage.MakeAndCollect(() => Loop.CreateFuture<int>().SetException(_failure));
        Assert.Contains(nameof(Future_InDebugMode_SaysWhereItWasMade), TakeReport().SourceStack, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Future_FailureWasSeen_IsNotReported()
    {
        Action<LoopFuture<int>>[] looks =
        [
            future => future.GetException(),
            future => Assert.Throws<FormatException>(() => future.GetResult()),
            future => future.SuppressUnobserved(),
            future => Assert.False(future.Cancel()),
        ];
        Assert.All(looks, look => Garbage.MakeAndCollect(() =>
        {
            LoopFuture<int> future = Loop.CreateFuture<int>();
            future.SetException(_failure);
            look(future);
        }));
        Assert.Empty(Reports);
    }

    [Fact(Timeout = 30000)]
    public void Future_Awaited_IsNotReported()
    {
        Loop.CallSoon(() => Garbage.Call(() =>
        {
            LoopFuture<int> future = Loop.CreateFuture<int>();
            Loop.CreateTask(Outcome.Of(future));
            Loop.CallSoon(() => future.SetException(_failure));
        }));
        RunTurns(6);
        Garbage.Collect();
        RunTurns();
        Assert.Empty(Reports);
    }

    [Fact(Timeout = 30000)]
    public void RunUntilComplete_OfAFailingCoroutine_ThrowsAndIsNotReported()
    {
        OtherThread.Run(() => Assert.Same(_failure, Assert.Throws<FormatException>(() => Loop.RunUntilComplete(Fail()))));
        Garbage.Collect();
        Assert.Empty(Reports);
    }

    [Fact(Timeout = 30000)]
    public void Report_LoopClosedMeanwhile_StillReachesTheHandler()
    {
        OtherThread.Run(() =>
        {
            Garbage.Call(() => Loop.CreateFuture<int>().SetException(_failure));
            Loop.Close();
        });
        Garbage.Collect();
        Assert.Same(_failure, TakeReport().Exception);
    }

    private async Coroutine Fail()
    {
        await LoopTask.Yield();
        throw _failure;
    }
}
