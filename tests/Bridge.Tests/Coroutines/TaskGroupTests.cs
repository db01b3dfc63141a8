using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows Q1 to Q7.</summary>
public sealed class TaskGroupTests : LoopTest
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private sealed class Fatal : Exception, IFatalLoopException;

    [Fact(Timeout = 30000)]
    public void Run_ChildrenSucceed_WaitsForAll() => Run(async Coroutine () =>
    {
        LoopTask<int>? a = null;
        LoopTask? b = null;
        int result = await LoopTaskGroup.Run(async Coroutine<int> (group) =>
        {
            a = group.CreateTask(LoopTask.Sleep(TimeSpan.FromSeconds(1), 1), new TaskOptions { Name = "first" });
            b = group.CreateTask(LoopTask.Sleep(TimeSpan.FromSeconds(2)));
            Assert.Equal("<TaskGroup tasks=2 entered>", group.ToString());
            await LoopTask.Yield();
            return 9;
        });
        Assert.Equal(9, result);
        Assert.Equal("first", a!.Name);
        Assert.Equal(1, a.GetResult());
        Assert.True(b!.IsDone);
        Assert.Equal(TimeSpan.FromSeconds(2), Loop.Now);
    });

    [Fact(Timeout = 30000)]
    public void Run_ChildFailsInExit_CancelsTheOthersAndAggregates() => Run(async Coroutine () =>
    {
        LoopTask? other = null;
        var error = await FailureOf(async Coroutine (group) =>
        {
            other = group.CreateTask(LoopTask.Sleep(s_hour));
            _ = group.CreateTask(Fail(1, "child"));
            await LoopTask.Yield();
        });
        Assert.StartsWith("unhandled errors in a TaskGroup", error.Message, StringComparison.Ordinal);
        Assert.Equal("child", Assert.Single(error.InnerExceptions).Message);
        Assert.True(other!.IsCancelled);
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
    });

    [Fact(Timeout = 30000)]
    public void Run_ChildFailsInBody_CancelsTheBody() => Run(async Coroutine () =>
    {
        Exception? seen = null;
        var error = await FailureOf(async Coroutine (group) =>
        {
            _ = group.CreateTask(Fail(1, "child"));
            seen = await Caught.By(LoopTask.Sleep(s_hour));
            Assert.Equal(1, LoopTask.Current!.CancelRequests);
            throw seen!;
        });
        Assert.IsType<LoopCanceledException>(seen);
        Assert.Single(error.InnerExceptions);
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
        await LoopTask.Yield(); // Nothing is left to be delivered.
    });

    [Fact(Timeout = 30000)]
    public void Run_SeveralFail_KeepsOrderBodyLast() => Run(async Coroutine () =>
    {
        var error = await FailureOf(async Coroutine (group) =>
        {
            _ = group.CreateTask(FailOnCancel("second"));
            _ = group.CreateTask(Fail(1, "first"));
            await Caught.By(LoopTask.Sleep(s_hour));
            throw new ArithmeticException("body");
        });
        Assert.Equal(["first", "second", "body"], error.InnerExceptions.Select(e => e.Message));
    });

    [Fact(Timeout = 30000)]
    public void Run_BodyFails_CancelsChildrenAndAggregates() => Run(async Coroutine () =>
    {
        LoopTask? child = null;
        var error = await FailureOf(async Coroutine (group) =>
        {
            child = group.CreateTask(LoopTask.Sleep(s_hour));
            await LoopTask.Yield();
            throw new ArithmeticException("body");
        });
        Assert.Equal("body", Assert.Single(error.InnerExceptions).Message);
        Assert.True(child!.IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void Run_ChildCancelled_IsNoFailure() => Run(async Coroutine () =>
        await LoopTaskGroup.Run(async Coroutine (group) =>
        {
            LoopTask child = group.CreateTask(LoopTask.Sleep(s_hour));
            _ = group.CreateTask(LoopTask.Sleep(TimeSpan.FromSeconds(1)));
            await LoopTask.Yield();
            child.Cancel();
        }));

    [Fact(Timeout = 30000)]
    public void CreateTask_AfterFailureOrEnd_ThrowsAndGivesTheCoroutineUp() => Run(async Coroutine () =>
    {
        LoopTaskGroup? kept = null;
        Coroutine late = LoopTask.Sleep(s_hour), afterEnd = LoopTask.Sleep(s_hour);
        await FailureOf(async Coroutine (group) =>
        {
            kept = group;
            _ = group.CreateTask(Fail(1, "child"));
            await Caught.By(LoopTask.Sleep(s_hour));
            Assert.Contains("shutting down", Assert.Throws<InvalidOperationException>(() => { _ = group.CreateTask(late); }).Message, StringComparison.Ordinal);
        });
        Assert.Contains("finished", Assert.Throws<InvalidOperationException>(() => { _ = kept!.CreateTask(afterEnd); }).Message, StringComparison.Ordinal);
        Assert.True(late.IsDone && afterEnd.IsDone);
        kept!.Cancel();
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
    });

    [Fact(Timeout = 30000)]
    public void CreateTask_ByAChildDuringExit_IsWaitedFor() => Run(async Coroutine () =>
    {
        bool ran = false;
        await LoopTaskGroup.Run(async Coroutine (group) =>
        {
            _ = group.CreateTask(Spawn(group));
            await LoopTask.Yield();
        });
        Assert.True(ran);

        async Coroutine Spawn(LoopTaskGroup group)
        {
            await LoopTask.Sleep(TimeSpan.FromSeconds(1));
            _ = group.CreateTask(Work());
        }

        async Coroutine Work()
        {
            await LoopTask.Sleep(TimeSpan.FromSeconds(1));
            ran = true;
        }
    });

    [Fact(Timeout = 30000)]
    public void CreateTask_EagerFailure_GivesTheTaskFirst() => Run(async Coroutine () =>
    {
        bool wentOn = false;
        await FailureOf(async Coroutine (group) =>
        {
            LoopTask task = group.CreateTask(FailNow(), new TaskOptions { EagerStart = true });
            Assert.True(task.IsDone);
            Assert.Equal(0, LoopTask.Current!.CancelRequests);
            wentOn = true;
            await LoopTask.Yield();
        });
        Assert.True(wentOn);
        static async Coroutine FailNow() => throw new ArithmeticException();
    });

    [Theory(Timeout = 30000)]
    [InlineData(false)]
    [InlineData(true)]
    public void Cancel_TaskOutside_CancelsChildrenAndPropagates(bool inExit) => Run(async Coroutine () =>
    {
        LoopTask? child = null;
        LoopTask task = LoopTask.Create(LoopTaskGroup.Run(async Coroutine (group) =>
        {
            child = group.CreateTask(LoopTask.Sleep(s_hour));
            await LoopTask.Sleep(inExit ? TimeSpan.Zero : s_hour);
        }));
        await LoopTask.Sleep(TimeSpan.FromSeconds(1));
        task.Cancel("outside");
        Assert.Equal("outside", Assert.IsType<LoopCanceledException>(await Caught.By(task)).CancelMessage);
        Assert.True(child!.IsCancelled);
        Assert.Equal(1, task.CancelRequests);
    });

    [Fact(Timeout = 30000)]
    public void Cancel_TaskOutsideTwice_StillWaitsForTheChildren() => Run(async Coroutine () =>
    {
        bool cleaned = false;
        LoopTask task = LoopTask.Create(LoopTaskGroup.Run(async Coroutine (group) =>
        {
            _ = group.CreateTask(Slow());
            await LoopTask.Sleep(s_hour);
        }));
        await LoopTask.Sleep(TimeSpan.FromSeconds(1));
        task.Cancel();
        await LoopTask.Yield();
        await LoopTask.Yield();
        task.Cancel();
        Assert.IsType<LoopCanceledException>(await Caught.By(task));
        Assert.True(cleaned);

        async Coroutine Slow()
        {
            await Caught.By(LoopTask.Sleep(s_hour));
            await LoopTask.Sleep(TimeSpan.FromSeconds(1));
            cleaned = true;
        }
    });

    [Fact(Timeout = 30000)]
    public void Cancel_OutsideTogetherWithAFailure_ComesAtTheNextAwait() => Run(async Coroutine () =>
    {
        AggregateException? error = null;
        int requests = -1;
        LoopTask task = LoopTask.Create(Body());
        await LoopTask.Yield();
        task.Cancel();
        Assert.IsType<LoopCanceledException>(await Caught.By(task));
        Assert.NotNull(error);
        Assert.Equal(1, requests);

        async Coroutine Body()
        {
            error = await FailureOf(async Coroutine (group) =>
            {
                _ = group.CreateTask(FailOnCancel("child"));
                await LoopTask.Sleep(s_hour);
            });
            requests = LoopTask.Current!.CancelRequests;
            await LoopTask.Sleep(s_hour);
        }
    });

    [Fact(Timeout = 30000)]
    public void Run_NestedGroupsBothFail_KeepsTheCount() => Run(async Coroutine () =>
    {
        var outer = await FailureOf(async Coroutine (outerGroup) =>
        {
            var inner = await FailureOf(async Coroutine (innerGroup) =>
            {
                _ = innerGroup.CreateTask(Fail(0, "inner"));
                _ = outerGroup.CreateTask(Fail(0, "outer"));
                await LoopTask.Sleep(s_hour);
            });
            Assert.Equal("inner", Assert.Single(inner.InnerExceptions).Message);
            Assert.Equal(1, LoopTask.Current!.CancelRequests);
        });
        Assert.Equal("outer", Assert.Single(outer.InnerExceptions).Message);
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
    });

    [Fact(Timeout = 30000)]
    public void Run_InsideTimeout_CountsAsTheTimeoutsCancellation() => Run(async Coroutine () =>
    {
        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.Timeout(TimeSpan.FromSeconds(1), async scope =>
            await LoopTaskGroup.Run(async Coroutine (group) =>
            {
                _ = group.CreateTask(LoopTask.Sleep(s_hour));
                await LoopTask.Yield();
            }))));
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
    });

    [Fact(Timeout = 30000)]
    public void Run_FatalChild_ComesOutBare()
    {
        Exception? caught = null;
        async Coroutine Main() => caught = await Caught.By(LoopTaskGroup.Run(async Coroutine (group) =>
        {
            _ = group.CreateTask(Fatally());
            _ = group.CreateTask(Fail(0, "dropped"));
            await LoopTask.Sleep(s_hour);
        }));
        static async Coroutine Fatally()
        {
            await LoopTask.Yield();
            throw new Fatal();
        }

        LoopTask main = Loop.CreateTask(Main());
        Assert.Throws<Fatal>(Loop.RunForever);
        Loop.RunUntilComplete(main);
        Assert.IsType<Fatal>(caught);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_Group_EndsItWithoutException() => Run(async Coroutine () =>
    {
        LoopTask? child = null;
        bool cutShort = true;
        await LoopTaskGroup.Run(async Coroutine (group) =>
        {
            child = group.CreateTask(LoopTask.Sleep(s_hour));
            Loop.CallLater(TimeSpan.FromSeconds(1), group.Cancel);
            Loop.CallLater(TimeSpan.FromSeconds(1), group.Cancel);
            await LoopTask.Sleep(s_hour);
            cutShort = false;
        });
        Assert.True(cutShort);
        Assert.True(child!.IsCancelled);
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
        await LoopTask.Yield();

        await LoopTaskGroup.Run(async Coroutine (group) => group.Cancel());
        await LoopTask.Yield();
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
    });

    [Fact(Timeout = 30000)]
    public void Cancel_GroupWithResult_ThrowsOnlyIfTheBodyHadNone() => Run(async Coroutine () =>
    {
        Assert.Equal(1, await LoopTaskGroup.Run(async Coroutine<int> (group) =>
        {
            group.Cancel();
            return 1;
        }));
        Assert.IsType<LoopCanceledException>(await Caught.By(LoopTaskGroup.Run(async Coroutine<int> (group) =>
        {
            group.Cancel();
            await LoopTask.Yield();
            return 1;
        })));
    });

    [Fact(Timeout = 30000)]
    public void Cancel_OutsideWhileACancelledGroupWindsUp_IsNotLost() => Run(async Coroutine () =>
    {
        LoopTask task = LoopTask.Create(LoopTaskGroup.Run(async Coroutine (group) =>
        {
            _ = group.CreateTask(Slow());
            Loop.CallLater(TimeSpan.FromSeconds(1), group.Cancel);
            await LoopTask.Sleep(s_hour);
        }));
        Loop.CallLater(TimeSpan.FromSeconds(2), () => task.Cancel());
        Assert.IsType<LoopCanceledException>(await Caught.By(task));
        Assert.Equal(1, task.CancelRequests);

        static async Coroutine Slow()
        {
            await Caught.By(LoopTask.Sleep(s_hour));
            await LoopTask.Sleep(TimeSpan.FromSeconds(5));
        }
    });

    [Fact(Timeout = 30000)]
    public void Run_AwaitedByTaskCodeInsideACoroutine_CancelsItsOwnTaskOnly() => Run(async Coroutine () =>
    {
        LoopTask outer = LoopTask.Current!;
        async Task TaskCode() => await LoopTaskGroup.Run(async Coroutine (group) =>
        {
            _ = group.CreateTask(Fail(1, "child"));
            await LoopTask.Sleep(s_hour);
        });

        Task running = TaskCode();
        await LoopTask.Sleep(TimeSpan.FromSeconds(2));
        Assert.Equal(0, outer.CancelRequests);
        await Assert.ThrowsAsync<AggregateException>(async () => await running);
    });

    private static async Coroutine<AggregateException> FailureOf(Func<LoopTaskGroup, Coroutine> body)
        => Assert.IsType<AggregateException>(await Caught.By(LoopTaskGroup.Run(body)));

    private static async Coroutine Fail(int seconds, string message)
    {
        await LoopTask.Sleep(TimeSpan.FromSeconds(seconds));
        throw new ArithmeticException(message);
    }

    private static async Coroutine FailOnCancel(string message)
    {
        await Caught.By(LoopTask.Sleep(s_hour));
        throw new ArithmeticException(message);
    }
}
