using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows P1 to P5.</summary>
public sealed class TimeoutTests : LoopTest
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    [Fact(Timeout = 30000)]
    public void Timeout_BodyTooSlow_ThrowsTimeoutFromTheCancellation() => Run(async Coroutine () =>
    {
        TimeoutScope? seen = null;
        Exception? error = await Caught.By(LoopTask.Timeout(s_second, async scope =>
        {
            seen = scope;
            await LoopTask.Sleep(s_hour);
        }));
        Assert.IsType<LoopCanceledException>(Assert.IsType<TimeoutException>(error).InnerException);
        Assert.True(seen!.Expired);
        Assert.Equal(TimeoutState.Expired, seen.State);
        Assert.Equal(s_second, Loop.Now);
        Assert.Equal(s_second, seen.When);
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
        Assert.Equal(0, Loop.TimerCount);
    });

    [Fact(Timeout = 30000)]
    public void Timeout_BodyInTime_GivesItsResultAndLeavesNoTimer() => Run(async Coroutine () =>
    {
        TimeoutScope? seen = null;
        int result = await LoopTask.Timeout(s_hour, async scope =>
        {
            seen = scope;
            await LoopTask.Sleep(s_second);
            return 5;
        });
        Assert.Equal(5, result);
        Assert.False(seen!.Expired);
        Assert.Equal(TimeoutState.Finished, seen.State);
        Assert.Equal(0, Loop.TimerCount);
    });

    [Fact(Timeout = 30000)]
    public void TimeoutAt_Deadline_IsOnTheLoopsClock() => Run(async Coroutine () =>
    {
        await LoopTask.Sleep(s_second);
        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.TimeoutAt(TimeSpan.FromSeconds(3), async _ => await LoopTask.Sleep(s_hour))));
        Assert.Equal(TimeSpan.FromSeconds(3), Loop.Now);
        Assert.Equal(2, await LoopTask.TimeoutAt(null, async scope =>
        {
            Assert.Null(scope.When);
            await LoopTask.Sleep(s_hour);
            return 2;
        }));
    });

    [Fact(Timeout = 30000)]
    public void Timeout_Zero_SparesABodyThatNeverSuspends() => Run(async Coroutine () =>
    {
        Assert.Equal(1, await LoopTask.Timeout(TimeSpan.Zero, async Coroutine<int> (_) => 1));
        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.Timeout(TimeSpan.Zero, async _ => await LoopTask.Yield())));
        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.TimeoutAt(TimeSpan.FromDays(-1), async _ => await LoopTask.Sleep(TimeSpan.Zero))));
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
        await LoopTask.Yield();
    });

    [Fact(Timeout = 30000)]
    public void Timeout_OtherExceptionOnExpiry_Passes() => Run(async Coroutine () =>
    {
        var failure = new ArithmeticException();
        Assert.Same(failure, await Caught.By(LoopTask.Timeout(s_second, async _ =>
        {
            await Caught.By(LoopTask.Sleep(s_hour));
            throw failure;
        })));
        Assert.Same(failure, await Caught.By(LoopTask.Timeout(s_second, async Coroutine (_) => throw failure)));
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
    });

    [Fact(Timeout = 30000)]
    public void Timeout_BodySwallowsTheCancellation_EndsWithoutErrorButExpired() => Run(async Coroutine () =>
    {
        TimeoutScope? seen = null;
        await LoopTask.Timeout(s_second, async scope =>
        {
            seen = scope;
            await Caught.By(LoopTask.Sleep(s_hour));
            Assert.Equal(TimeoutState.Expiring, scope.State);
        });
        Assert.True(seen!.Expired);
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
    });

    [Fact(Timeout = 30000)]
    public void Timeout_CancelledFromInsideBeforeExpiry_StaysACancellation() => Run(async Coroutine () =>
    {
        LoopTask task = LoopTask.Create(LoopTask.Timeout(s_second, async scope =>
        {
            LoopTask.Current!.Cancel("mine");
            await LoopTask.Sleep(s_hour);
        }));
        Assert.Equal("mine", Assert.IsType<LoopCanceledException>(await Caught.By(task)).CancelMessage);
        Assert.True(task.IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void Timeout_CancelledFromOutsideAndExpired_StaysACancellation() => Run(async Coroutine () =>
    {
        LoopTask task = LoopTask.Create(LoopTask.Timeout(s_second, async _ => await LoopTask.Sleep(s_hour)));
        Loop.CallLater(s_second, () => task.Cancel());
        Assert.IsType<LoopCanceledException>(await Caught.By(task));
        Assert.Equal(1, task.CancelRequests);
    });

    [Fact(Timeout = 30000)]
    public void Timeout_InATaskThatWasCancelledBefore_StillTranslates() => Run(async Coroutine () =>
    {
        LoopTask task = LoopTask.Create(Body());
        await LoopTask.Yield();
        task.Cancel();
        await task;

        static async Coroutine Body()
        {
            await Caught.By(LoopTask.Sleep(s_hour));
            Assert.Equal(1, LoopTask.Current!.CancelRequests);
            Assert.IsType<TimeoutException>(await Caught.By(LoopTask.Timeout(TimeSpan.Zero, async _ => await LoopTask.Sleep(s_hour))));
            Assert.IsType<LoopCanceledException>(await Caught.By(LoopTask.Timeout(s_second, async _ =>
            {
                LoopTask.Current!.Cancel();
                await LoopTask.Sleep(s_hour);
            })));
        }
    });

    [Fact(Timeout = 30000)]
    public void Timeout_CancelPendingAtEntry_IsNotSwallowed() => Run(async Coroutine () =>
    {
        LoopTask task = LoopTask.Create(Body());
        Assert.IsType<LoopCanceledException>(await Caught.By(task));

        static async Coroutine Body()
        {
            LoopTask.Current!.Cancel();
            await LoopTask.Timeout(TimeSpan.Zero, async _ => await LoopTask.Sleep(s_hour));
        }
    });

    [Fact(Timeout = 30000)]
    public void Timeout_ExpiredWhileBodyNoLongerAwaits_LeavesNoCancellationBehind() => Run(async Coroutine () =>
    {
        LoopTask task = LoopTask.Create(Body());
        await LoopTask.Yield();
        task.Cancel();
        await task;

        async Coroutine Body()
        {
            await Caught.By(LoopTask.Sleep(s_hour)); // An older request stays counted.
            await LoopTask.Timeout(s_second, async _ => await Fire());
            await LoopTask.Yield();
        }

        // A foreign await ends together with the deadline: the request is made but not delivered.
        async Coroutine Fire()
        {
            var over = new TaskCompletionSource();
            Loop.CallLater(s_second, over.SetResult);
            await over.Task;
        }
    });

    [Fact(Timeout = 30000)]
    public void Timeout_Nested_EachTranslatesItsOwn() => Run(async Coroutine () =>
    {
        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.Timeout(s_hour, async outer =>
        {
            try
            {
                await LoopTask.Timeout(s_second, async _ => await LoopTask.Sleep(s_hour));
            }
            catch (TimeoutException)
            {
                Assert.False(outer.Expired);
                throw;
            }
        })));

        bool innerCancelled = false;
        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.Timeout(s_second, async _ =>
        {
            try
            {
                await LoopTask.Timeout(s_hour, async _ => await LoopTask.Sleep(s_hour));
            }
            catch (OperationCanceledException)
            {
                innerCancelled = true;
                throw;
            }
        })));
        Assert.True(innerCancelled);
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
    });

    [Fact(Timeout = 30000)]
    public void Timeout_NestedExpiringInTheSameTurn_OuterTranslates() => Run(async Coroutine () =>
    {
        TimeoutScope? innerScope = null;
        Exception? innerError = null;
        Exception? outerError = await Caught.By(LoopTask.Timeout(s_second, async _ =>
        {
            innerError = await Caught.By(LoopTask.Timeout(s_second, async inner =>
            {
                innerScope = inner;
                await LoopTask.Sleep(s_hour);
            }));
            throw innerError!;
        }));
        Assert.IsType<LoopCanceledException>(innerError);
        Assert.IsType<TimeoutException>(outerError);
        Assert.True(innerScope!.Expired);
        Assert.Equal(0, LoopTask.Current!.CancelRequests);
    });

    [Fact(Timeout = 30000)]
    public void Timeout_InFinally_Works() => Run(async Coroutine () =>
    {
        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.Timeout(s_second, async _ =>
        {
            try
            {
                await LoopTask.Sleep(s_hour);
            }
            finally
            {
                await Caught.By(LoopTask.Timeout(s_second, async _ => await LoopTask.Sleep(s_hour)));
            }
        })));
        Assert.Equal(TimeSpan.FromSeconds(2), Loop.Now);
    });

    [Fact(Timeout = 30000)]
    public void Reschedule_Active_MovesTheDeadline() => Run(async Coroutine () =>
    {
        await LoopTask.Timeout(s_second, async scope =>
        {
            scope.Reschedule(null);
            Assert.Null(scope.When);
            await LoopTask.Sleep(TimeSpan.FromSeconds(10));
            scope.Reschedule(Loop.Now + s_second);
        });
        Assert.IsType<TimeoutException>(await Caught.By(LoopTask.Timeout(null, async scope =>
        {
            scope.Reschedule(Loop.Now - s_second);
            await LoopTask.Yield();
        })));
    });

    [Fact(Timeout = 30000)]
    public void Reschedule_NotActive_Throws() => Run(async Coroutine () =>
    {
        TimeoutScope? seen = null;
        await LoopTask.Timeout(s_hour, async Coroutine (scope) => seen = scope);
        Assert.Contains("finished", Assert.Throws<InvalidOperationException>(() => seen!.Reschedule(s_hour)).Message, StringComparison.Ordinal);
        await LoopTask.Timeout(s_second, async scope =>
        {
            seen = scope;
            await Caught.By(LoopTask.Sleep(s_hour));
            Assert.Contains("expiring", Assert.Throws<InvalidOperationException>(() => scope.Reschedule(s_hour)).Message, StringComparison.Ordinal);
        });
        Assert.Contains("expired", Assert.Throws<InvalidOperationException>(() => seen!.Reschedule(s_hour)).Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void ToString_EachState_NamesIt() => Run(async Coroutine () =>
    {
        TimeoutScope? seen = null;
        await LoopTask.Timeout(TimeSpan.FromSeconds(1.23456), async scope =>
        {
            seen = scope;
            Assert.Equal("<Timeout [active] when=1.235>", scope.ToString());
            scope.Reschedule(null);
            Assert.Equal("<Timeout [active] when=none>", scope.ToString());
            scope.Reschedule(s_second);
            await Caught.By(LoopTask.Sleep(s_hour));
            Assert.Equal("<Timeout [expiring]>", scope.ToString());
        });
        Assert.Equal("<Timeout [expired]>", seen!.ToString());
        await LoopTask.Timeout(null, async Coroutine (scope) => seen = scope);
        Assert.Equal("<Timeout [finished]>", seen.ToString());
    });

    [Fact(Timeout = 30000)]
    public void Timeout_AwaitedByTaskCodeInsideACoroutine_CancelsItsOwnTaskOnly() => Run(async Coroutine () =>
    {
        LoopTask outer = LoopTask.Current!;
        async Task<Exception?> TaskCode()
        {
            try
            {
                await LoopTask.Timeout(s_second, async _ => await LoopTask.Sleep(s_hour));
                return null;
            }
            catch (Exception exception)
            {
                return exception;
            }
        }

        Task<Exception?> running = TaskCode();
        await LoopTask.Sleep(TimeSpan.FromSeconds(5));
        Assert.Equal(0, outer.CancelRequests);
        Assert.IsType<TimeoutException>(await running);
    });

    [Fact(Timeout = 30000)]
    public void Timeout_BadBody_Throws() => Run(async Coroutine () =>
    {
        Assert.Throws<ArgumentNullException>(() => { _ = LoopTask.Timeout(s_second, (Func<TimeoutScope, Coroutine>)null!); });
        Assert.IsType<InvalidOperationException>(await Caught.By(LoopTask.Timeout(s_second, Coroutine (_) => null!)));
    });
}
