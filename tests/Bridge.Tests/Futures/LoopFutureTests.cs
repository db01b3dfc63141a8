using Bridge.TestKit;

namespace Bridge.Tests.LoopFutures;

/// <summary>Rows A14, J1 to J8, J16, J19 to J21.</summary>
public sealed class LoopFutureTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Constructor_NoLoopRunning_Throws()
    {
        Assert.Throws<InvalidOperationException>(() => new LoopFuture<int>());
        var future = new LoopFuture<int>(Loop);
        Assert.Same(Loop, future.Loop);
        Assert.Equal(FutureState.Pending, future.State);
        LoopFuture<int>? implicitly = null;
        Loop.CallSoon(() => implicitly = new LoopFuture<int>());
        RunTurns();
        Assert.Same(Loop, implicitly!.Loop);
    }

    [Fact(Timeout = 30000)]
    public void CreateFuture_ClosedLoop_Works()
    {
        Loop.Close();
        LoopFuture<int> future = Loop.CreateFuture<int>();
        future.SetResult(1);
        Assert.Equal(1, future.GetResult());
    }

    [Fact(Timeout = 30000)]
    public void GetResult_ByState_GivesOrThrows()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        Assert.Contains("pending", Assert.Throws<InvalidStateException>(() => future.GetResult()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidStateException>(() => future.GetException());
        future.SetResult(42);
        Assert.True(future.IsDone);
        Assert.False(future.IsCancelled);
        Assert.Equal(42, future.GetResult());
        Assert.Null(future.GetException());
    }

    [Fact(Timeout = 30000)]
    public void SetResult_Twice_ThrowsAndKeepsTheFirst()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        future.SetResult(1);
        Assert.Throws<InvalidStateException>(() => future.SetResult(2));
        Assert.Throws<InvalidStateException>(() => future.SetException(new FormatException()));
        Assert.False(future.TrySetResult(3));
        Assert.False(future.TrySetException(new FormatException()));
        Assert.False(future.Cancel());
        Assert.Equal(1, future.GetResult());
    }

    [Fact(Timeout = 30000)]
    public void SetException_GivesBackTheVeryObjectWithItsFrames()
    {
        Exception failure = Record.Exception(Origin)!;
        LoopFuture<int> future = Loop.CreateFuture<int>();
        future.SetException(failure);
        Assert.Same(failure, future.GetException());
        Exception thrown = Assert.Throws<FormatException>(() => future.GetResult());
        Assert.Same(failure, thrown);
        Assert.Contains(nameof(Origin), thrown.StackTrace, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => Loop.CreateFuture<int>().SetException(null!));
        Assert.Throws<ArgumentNullException>(() => Loop.CreateFuture<int>().TrySetException(null!));

        static void Origin() => throw new FormatException();
    }

    [Fact(Timeout = 30000)]
    public void Cancel_Pending_GivesAFreshExceptionWithTheMessageEachTime()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        Assert.True(future.Cancel("enough"));
        Assert.False(future.Cancel("again"));
        Assert.True(future.IsCancelled && future.IsDone);
        var first = Assert.Throws<LoopCanceledException>(() => future.GetResult());
        var second = Assert.Throws<LoopCanceledException>(() => future.GetException());
        Assert.NotSame(first, second);
        Assert.Equal(("enough", "enough"), (first.CancelMessage, second.CancelMessage));
        Assert.False(future.TrySetResult(1));
    }

    [Fact(Timeout = 30000)]
    public void Cancel_NoMessage_LeavesItNull()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        future.Cancel();
        var thrown = Assert.Throws<LoopCanceledException>(() => future.GetResult());
        Assert.Null(thrown.CancelMessage);
        Assert.NotEmpty(thrown.Message);
    }

    [Fact(Timeout = 30000)]
    public void SetResult_ClosedLoopWithWaiters_ThrowsButIsDone()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        future.AddDoneCallback(_ => Assert.Fail("ran"));
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => future.SetResult(1));
        Assert.Equal(1, future.GetResult());
        Assert.Throws<ObjectDisposedException>(() => future.AddDoneCallback(_ => { }));
    }

    [Fact(Timeout = 30000)]
    public void Subclass_OverridesCancel_IsAskedByTasksToo()
    {
        var stubborn = new Stubborn(Loop);
        Run(async Coroutine () =>
        {
            LoopTask task = LoopTask.Create(Wait(stubborn));
            await LoopTask.Yield();
            Assert.True(task.Cancel("please"));
            Assert.False(stubborn.IsDone);
            stubborn.SetResult(1);
            await Outcome.Of(task);
            Assert.True(task.IsCancelled);
        });
        Assert.Equal(["please"], stubborn.Asked);

        static async Coroutine Wait(LoopFuture<int> future) => await future;
    }

    [Fact(Timeout = 30000)]
    public void ToString_EveryState_ShowsOutcomeAndWaiters()
    {
        LoopFuture<object> future = Loop.CreateFuture<object>();
        Assert.Equal("<Future pending>", future.ToString());
        future.AddDoneCallback(_ => { });
        Assert.Equal("<Future pending waiters=1>", future.ToString());
        future.AddDoneCallback(_ => { });
        Assert.Equal("<Future pending waiters=2>", future.ToString());
        future.SetResult(5);
        Assert.Equal("<Future finished result=5>", future.ToString());
        LoopFuture<int> cancelled = Loop.CreateFuture<int>();
        cancelled.Cancel();
        Assert.Equal("<Future cancelled>", cancelled.ToString());
        LoopFuture<int> failed = Loop.CreateFuture<int>();
        failed.SetException(new FormatException("bad"));
        Assert.Equal("<Future finished exception=FormatException: bad>", failed.ToString());
        failed.SuppressUnobserved();
    }

    [Fact(Timeout = 30000)]
    public void ToString_ResultContainsItsFuture_Ends()
    {
        LoopFuture<object> future = Loop.CreateFuture<object>();
        future.SetResult(new Holder(future));
        Assert.Contains("...", future.ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void ToString_LongOrFailingText_IsCutOrNamed()
    {
        LoopFuture<object> future = Loop.CreateFuture<object>();
        future.SetResult(new string('x', 10_000));
        Assert.True(future.ToString().Length < 300);
        LoopFuture<object> broken = Loop.CreateFuture<object>();
        broken.SetResult(new Unprintable());
        Assert.Contains("Unprintable", broken.ToString(), StringComparison.Ordinal);
        Assert.Throws<InvalidStateException>(() => broken.SetResult(1));
    }

    private sealed record Holder(LoopFuture Future);

    private sealed class Unprintable
    {
        public override string ToString() => throw new NotSupportedException();
    }

    private sealed class Stubborn(EventLoop loop) : LoopFuture<int>(loop)
    {
        internal List<string?> Asked { get; } = [];

        public override bool Cancel(string? message = null)
        {
            Asked.Add(message);
            return false;
        }
    }
}
