using System.Runtime.CompilerServices;
using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Rows C1, C2, C4, C5, D6, E6.</summary>
public sealed class HandleTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Cancel_BeforeItRuns_KeepsItFromRunningOnce()
    {
        Handle handle = Loop.CallSoon(() => Assert.Fail("ran"));
        Assert.True(handle.IsPending);
        Assert.True(handle.Cancel());
        Assert.False(handle.IsPending);
        Assert.False(handle.Cancel());
        RunTurns();
        Assert.False(handle.Cancel());
    }

    [Fact(Timeout = 30000)]
    public void Cancel_AfterItRan_IsHarmless()
    {
        int ran = 0;
        Handle stale = Loop.CallSoon(() => ran++);
        RunTurns();
        Loop.CallSoon(() => ran += 10);
        Assert.False(stale.Cancel());
        RunTurns();
        Assert.Equal(11, ran);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_FromTheCallbackItself_IsTooLate()
    {
        Handle handle = default;
        bool? cancelled = null;
        handle = Loop.CallSoon(() => cancelled = handle.Cancel());
        RunTurns();
        Assert.False(cancelled);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_LaterOneOfTheSameTurn_IsInTime()
    {
        Handle second = default;
        Loop.CallSoon(() => Assert.True(second.Cancel()));
        second = Loop.CallSoon(() => Assert.Fail("ran"));
        RunTurns();
    }

    [Fact(Timeout = 30000)]
    public void Cancel_LetsGoOfCallbackAndState()
    {
        WeakReference state = Schedule();
        Garbage.Collect();
        Assert.False(state.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference Schedule()
        {
            var big = new object();
            Loop.CallSoon(_ => { }, big).Cancel();
            return new WeakReference(big);
        }
    }

    [Fact(Timeout = 30000)]
    public void Default_IsNobodysHandle()
    {
        Handle none = default;
        Assert.False(none.IsPending);
        Assert.False(none.Cancel());
        Assert.Equal("<Handle none>", none.ToString());
    }

    [Fact(Timeout = 30000)]
    public void Equals_SameScheduling_Only()
    {
        Handle one = Loop.CallSoon(() => { });
        Handle copy = one;
        Handle other = Loop.CallSoon(() => { });
        Assert.True(one == copy);
        Assert.True(one != other);
        Assert.Equal(one.GetHashCode(), copy.GetHashCode());
        Assert.False(one.Equals((object)1));
        RunTurns();
    }

    [Fact(Timeout = 30000)]
    public void Callback_Throws_IsReportedAndTheNextRuns()
    {
        var failure = new FormatException("broken");
        bool next = false;
        Loop.CallSoon(() => throw failure);
        Loop.CallSoon(() => next = true);
        RunTurns();
        LoopErrorContext report = TakeReport();
        Assert.Same(failure, report.Exception);
        Assert.StartsWith("Exception in callback", report.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Callback_Throws_IsReportedAndTheNextRuns), report.Message, StringComparison.Ordinal);
        Assert.NotNull(report.Handle);
        Assert.True(next);
    }

    [Fact(Timeout = 30000)]
    public void ToString_NamesTheLoop()
        => Assert.Contains("'test'", Loop.CallSoon(() => { }).ToString(), StringComparison.Ordinal);

    [Fact(Timeout = 30000)]
    public void Members_OnAnotherThreadWhileRunning_Throw()
    {
        Loop.CallSoon(() =>
        {
            Handle mine = Loop.CallSoon(() => { });
            var thrown = OtherThread.Throws<InvalidOperationException>(() => mine.Cancel());
            Assert.Contains($"thread {Environment.CurrentManagedThreadId}", thrown.Message, StringComparison.Ordinal);
            OtherThread.Throws<InvalidOperationException>(() => _ = mine.IsPending);
        });
        RunTurns(2);
    }
}
