using Bridge.TestKit;

namespace Bridge.Tests.LoopFutures;

/// <summary>Rows J6, J11 to J13.</summary>
public sealed class DoneCallbackTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void AddDoneCallback_Several_RunInOrderInTheNextTurnWithTheFuture()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        var order = new List<int>();
        for (int i = 0; i < 6; i++)
        {
            int number = i;
            future.AddDoneCallback(done =>
            {
                Assert.Same(future, done);
                order.Add(number);
            });
        }

        future.SetResult(1);
        Assert.Empty(order);
        RunTurns();
        Assert.Equal(Enumerable.Range(0, 6), order);
    }

    [Fact(Timeout = 30000)]
    public void AddDoneCallback_AlreadyDone_IsQueuedAtOnceNeverCalledInside()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        future.Cancel();
        int calls = 0;
        future.AddDoneCallback(_ => calls++);
        Assert.Equal(0, calls);
        RunTurns();
        Assert.Equal(1, calls);
    }

    [Fact(Timeout = 30000)]
    public void AddDoneCallback_SameOneTwice_RunsTwiceAndIsRemovedTwice()
    {
        LoopFuture<int> first = Loop.CreateFuture<int>();
        int calls = 0;
        void Count(LoopFuture future) => calls++;
        first.AddDoneCallback(Count);
        first.AddDoneCallback(Count);
        first.SetResult(1);
        RunTurns();
        Assert.Equal(2, calls);

        LoopFuture<int> second = Loop.CreateFuture<int>();
        second.AddDoneCallback(Count);
        second.AddDoneCallback(_ => calls += 10);
        second.AddDoneCallback(Count);
        Assert.Equal(2, second.RemoveDoneCallback(Count));
        Assert.Equal(0, second.RemoveDoneCallback(Count));
        second.SetResult(1);
        RunTurns();
        Assert.Equal(12, calls);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void RemoveDoneCallback_AnyPlace_KeepsTheOrderOfTheRest(int removed)
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        var order = new List<int>();
        Action<LoopFuture>[] callbacks = [_ => order.Add(0), _ => order.Add(1), _ => order.Add(2)];
        Array.ForEach(callbacks, callback => future.AddDoneCallback(callback));
        Assert.Equal(1, future.RemoveDoneCallback(callbacks[removed]));
        future.SetResult(1);
        Assert.Equal(0, future.RemoveDoneCallback(callbacks[(removed + 1) % 3]));
        RunTurns();
        Assert.Equal(Enumerable.Range(0, 3).Where(i => i != removed), order);
    }

    [Fact(Timeout = 30000)]
    public void RemoveDoneCallback_TheOnlyOne_Works()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        Action<LoopFuture> callback = _ => Assert.Fail("ran");
        future.AddDoneCallback(callback);
        Assert.Equal(0, future.RemoveDoneCallback(_ => { }));
        Assert.Equal(1, future.RemoveDoneCallback(callback));
        future.SetResult(1);
        RunTurns();
    }

    [Fact(Timeout = 30000)]
    public void Callback_Throws_IsReportedAndTheOthersRun()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        bool second = false;
        future.AddDoneCallback(_ => throw new FormatException());
        future.AddDoneCallback(_ => second = true);
        future.SetResult(1);
        RunTurns();
        Assert.IsType<FormatException>(TakeReport().Exception);
        Assert.True(second);
    }

    [Fact(Timeout = 30000)]
    public void Callback_RunsInTheContextOfItsRegistration()
    {
        var local = new AsyncLocal<string>();
        var seen = new List<string?>();
        LoopFuture<int> future = Loop.CreateFuture<int>();
        local.Value = "given";
        ExecutionContext given = ExecutionContext.Capture()!;
        local.Value = "registration";
        future.AddDoneCallback(_ => seen.Add(local.Value));
        future.AddDoneCallback(_ => seen.Add(local.Value), given);
        local.Value = "completion";
        future.SetResult(1);
        RunTurns();
        Assert.Equal(["registration", "given"], seen);
    }

    [Fact]
    public void Members_NullCallback_Throw()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        Assert.Throws<ArgumentNullException>(() => future.AddDoneCallback(null!));
        Assert.Throws<ArgumentNullException>(() => future.RemoveDoneCallback(null!));
    }
}
