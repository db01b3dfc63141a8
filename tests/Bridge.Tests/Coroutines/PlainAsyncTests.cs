using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows W11, W12: plain async Task methods on the loop, awaiting things of the loop.</summary>
public sealed class PlainAsyncTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void AsyncTask_AwaitsEveryKindInsideATask_StaysOnTheLoop()
    {
        Run(async Coroutine () => Assert.Equal(10, await Plain()));
        Assert.Equal(TimeSpan.FromSeconds(3), Loop.Now);

        async Task<int> Plain()
        {
            int thread = Environment.CurrentManagedThreadId;
            LoopFuture<int> future = Loop.CreateFuture<int>();
            Loop.CallSoon(() => future.SetResult(1));
            int sum = await future;
            sum += await LoopTask.Sleep(TimeSpan.FromSeconds(1), 2);
            sum += await LoopTask.Create(LoopTask.Sleep(TimeSpan.FromSeconds(1), 3));
            sum += await Nested();
            await LoopTask.Yield();
            await Task.Yield();
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            return sum;
        }

        static async Coroutine<int> Nested()
        {
            await Task.Yield();
            await LoopTask.Sleep(TimeSpan.FromSeconds(1));
            return 4;
        }
    }

    [Fact(Timeout = 30000)]
    public void AsyncTask_CoroutineStartedInline_MovesOutOfTheStepOfTheCallingTask()
    {
        Run(async Coroutine () =>
        {
            Task<int> first = Plain(LoopTask.Sleep(TimeSpan.FromSeconds(2), 2));
            Task<int> second = Plain(LoopTask.Sleep(TimeSpan.FromSeconds(1), 1));
            Task<int> foreign = Plain(Foreign());
            await LoopTask.Sleep(TimeSpan.FromSeconds(3));
            Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully && foreign.IsCompletedSuccessfully);
            Assert.Equal(8, await first + await second + await foreign);
        });
        Assert.Empty(LoopTask.All(Loop));

        static async Task<int> Plain(Coroutine<int> coroutine) => await coroutine;

        static async Coroutine<int> Foreign()
        {
            await Task.Yield();
            return 5;
        }
    }

    [Fact(Timeout = 30000)]
    public void AsyncTask_InAPlainCallback_GetsATaskForItsCoroutine()
    {
        Task<int>? plain = null;
        Loop.CallSoon(() => plain = Plain());
        Loop.CallLater(TimeSpan.FromSeconds(2), Loop.Stop);
        Loop.RunForever();
        Assert.Equal(3, plain!.Result);

        static async Task<int> Plain() => await LoopTask.Sleep(TimeSpan.FromSeconds(1), 3);
    }

    [Fact(Timeout = 30000)]
    public void AsyncTask_CoroutineFails_GetsTheSameExceptionAndNothingIsReported()
    {
        var failure = new FormatException();
        OtherThread.Run(() => Loop.RunUntilComplete(Body()));
        Garbage.Collect();
        RunTurns();
        Assert.Empty(Reports);

        async Coroutine Body()
        {
            Exception? caught = null;
            try
            {
                await Plain();
            }
            catch (FormatException exception)
            {
                caught = exception;
            }

            Assert.Same(failure, caught);
        }

        async Task Plain() => await Fail();

        async Coroutine Fail()
        {
            await LoopTask.Yield();
            throw failure;
        }
    }

    [Fact(Timeout = 30000)]
    public void Cancel_OfTheOuterTask_DoesNotReachTheMovedCoroutine()
    {
        Task<int>? plain = null;
        LoopTask outer = Loop.CreateTask(Outer());
        RunTurns();
        outer.Cancel();
        Loop.CallLater(TimeSpan.FromSeconds(5), Loop.Stop);
        Loop.RunForever();
        Assert.True(outer.IsCancelled);
        Assert.Equal(1, plain!.Result);

        async Coroutine Outer()
        {
            plain = Plain();
            await LoopTask.Sleep(TimeSpan.FromDays(1));
        }

        static async Task<int> Plain() => await LoopTask.Sleep(TimeSpan.FromSeconds(1), 1);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_OfTheMovedCoroutinesTask_CancelsTheAsyncTask()
    {
        Run(async Coroutine () =>
        {
            Task plain = Plain();
            LoopTask moved = Assert.Single(LoopTask.All(), task => task != LoopTask.Current);
            moved.Cancel();
            await LoopTask.Yield();
            await LoopTask.Yield();
            Assert.True(plain.IsCanceled);
        });

        static async Task Plain() => await LoopTask.Sleep(TimeSpan.FromDays(1));
    }

    [Fact(Timeout = 30000)]
    public async Task AsyncTask_OutsideAnyLoop_AwaitOfACoroutineThrowsAtTheAwait()
    {
        Coroutine coroutine = LoopTask.Sleep(TimeSpan.Zero);
        bool cleanedUp = false;
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            try
            {
                await coroutine;
            }
            finally
            {
                cleanedUp = true;
            }
        });
        Assert.True(cleanedUp);
        coroutine.Close();
    }
}
