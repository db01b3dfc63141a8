using Bridge.TestKit;

namespace Bridge.Tests.LoopFutures;

/// <summary>Rows J10, J14, K7.</summary>
public sealed class FutureAwaitTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Await_Done_DoesNotYield()
    {
        Run(async Coroutine () =>
        {
            LoopFuture<int> future = Loop.CreateFuture<int>();
            future.SetResult(3);
            bool turned = false;
            Loop.CallSoon(() => turned = true);
            Assert.Equal(3, await future);
            Assert.Equal(3, await future);
            Assert.False(turned);
        });
    }

    [Fact(Timeout = 30000)]
    public void Await_ByManyTasks_AllGoOnInOrder()
    {
        var order = new List<int>();
        Run(async Coroutine () =>
        {
            LoopFuture<string> future = Loop.CreateFuture<string>();
            LoopTask[] tasks = [.. Enumerable.Range(0, 5).Select(i => LoopTask.Create(Wait(i, future)))];
            await LoopTask.Yield();
            future.SetResult("x");
            Assert.Empty(order);
            foreach (LoopTask task in tasks)
            {
                await task;
            }
        });
        Assert.Equal(Enumerable.Range(0, 5), order);

        async Coroutine Wait(int number, LoopFuture<string> future)
        {
            Assert.Equal("x", await future);
            order.Add(number);
        }
    }

    [Fact(Timeout = 30000)]
    public void Await_Failed_ThrowsTheVeryExceptionToEveryWaiter()
    {
        var failure = new FormatException();
        Run(async Coroutine () =>
        {
            LoopFuture<int> future = Loop.CreateFuture<int>();
            LoopTask<Exception?> one = LoopTask.Create(Outcome.Of(future));
            LoopTask<Exception?> two = LoopTask.Create(Outcome.Of(future));
            await LoopTask.Yield();
            future.SetException(failure);
            Assert.Same(failure, await one);
            Assert.Same(failure, await two);
        });
    }

    [Fact(Timeout = 30000)]
    public void Await_OfAnotherLoopsFuture_ThrowsAtTheAwaitNamingTheBridge()
    {
        using var other = new SelectorEventLoop(null, new EventLoopOptions { Name = "other" });
        LoopFuture<int> foreign = other.CreateFuture<int>();
        bool cleanedUp = false;
        Run(async Coroutine () =>
        {
            try
            {
                await foreign;
                Assert.Fail("went on");
            }
            catch (InvalidOperationException exception)
            {
                Assert.Contains("'other'", exception.Message, StringComparison.Ordinal);
                Assert.Contains("WrapFuture", exception.Message, StringComparison.Ordinal);
            }
            finally
            {
                cleanedUp = true;
            }
        });
        Assert.True(cleanedUp);
    }

    [Fact(Timeout = 30000)]
    public async Task Await_OutsideAnyLoop_ThrowsAtTheAwait()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await future);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await (LoopFuture)future);
    }

    [Fact(Timeout = 30000)]
    public void Await_TaskOfItself_Throws()
    {
        Exception? thrown = null;
        Run(async Coroutine () => thrown = await Outcome.Of(LoopTask.Current!));
        Assert.Contains("cannot await itself", Assert.IsType<InvalidOperationException>(thrown).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void GetResult_OfACancelledTask_FirstCallerGetsWhatEndedIt()
    {
        var ended = new LoopCanceledException("mine");
        LoopTask<int> task = Loop.CreateTask(End(ended));
        RunTurns();
        Assert.Same(ended, Assert.Throws<LoopCanceledException>(() => task.GetResult()));
        var later = Assert.Throws<LoopCanceledException>(() => task.GetException());
        Assert.NotSame(ended, later);
        Assert.Null(later.CancelMessage);

        static async Coroutine<int> End(Exception exception)
        {
            await Task.CompletedTask;
            throw exception;
        }
    }
}
