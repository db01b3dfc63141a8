using System.Runtime.InteropServices;
using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Tests.Signals;

/// <summary>Rows I1 to I4. One after the other: a signal goes to every handler of the process.</summary>
[Collection("Signals")]
public abstract class SignalHandlerContract(ISelector selector) : LoopTest(selector: selector)
{
    [Fact(Timeout = 30000)]
    public void AddSignalHandler_SignalWhileTheLoopSleeps_RunsTheCallbackOnTheLoopThread()
    {
        int thread = 0;
        Loop.AddSignalHandler(TestSignals.Usr1, () =>
        {
            thread = Environment.CurrentManagedThreadId;
            Loop.Stop();
        });
        Loop.CallSoon(() => ThreadPool.QueueUserWorkItem(_ => TestSignals.SendToSelf(TestSignals.Usr1)));
        Loop.RunForever();
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact(Timeout = 30000)]
    public void AddSignalHandler_EachSignal_IsOneCallAndMayUseTheLoop()
    {
        int calls = 0;
        Loop.AddSignalHandler(TestSignals.Usr1, () =>
        {
            if (++calls == 3)
            {
                Loop.CallSoon(Loop.Stop);
                return;
            }

            TestSignals.SendToSelf(TestSignals.Usr1);
        });
        TestSignals.SendToSelf(TestSignals.Usr1);
        Loop.RunForever();
        Assert.Equal(3, calls);
    }

    [Fact(Timeout = 30000)]
    public void AddSignalHandler_Again_ReplacesTheCallback()
    {
        var calls = new List<string>();
        Loop.AddSignalHandler(TestSignals.Usr1, () => calls.Add("old"));
        Loop.AddSignalHandler(TestSignals.Usr1, () =>
        {
            calls.Add("new");
            Loop.Stop();
        });
        TestSignals.SendToSelf(TestSignals.Usr1);
        Loop.RunForever();
        Assert.Equal(["new"], calls);
        Assert.True(Loop.RemoveSignalHandler(TestSignals.Usr1));
        Assert.False(TestSignals.IsCaught(TestSignals.Usr1));
    }

    [Fact(Timeout = 30000)]
    public void AddSignalHandler_SeveralSignals_AreKeptApart()
    {
        var calls = new List<string>();
        Loop.AddSignalHandler(TestSignals.Usr1, () =>
        {
            calls.Add("first");
            TestSignals.SendToSelf(TestSignals.Usr2);
        });
        Loop.AddSignalHandler(TestSignals.Usr2, () =>
        {
            calls.Add("second");
            Loop.Stop();
        });
        TestSignals.SendToSelf(TestSignals.Usr1);
        Loop.RunForever();
        Assert.Equal(["first", "second"], calls);
    }

    [Fact(Timeout = 30000)]
    public void AddSignalHandler_CallbackThrows_IsReportedAndStays()
    {
        int calls = 0;
        Loop.AddSignalHandler(TestSignals.Usr1, () =>
        {
            if (++calls == 2)
            {
                Loop.Stop();
                return;
            }

            TestSignals.SendToSelf(TestSignals.Usr1);
            throw new FormatException("from the handler");
        });
        TestSignals.SendToSelf(TestSignals.Usr1);
        Loop.RunForever();
        Assert.Equal("from the handler", TakeReport().Exception!.Message);
    }

    [Fact(Timeout = 30000)]
    public void AddSignalHandler_AmbientContext_IsThatOfTheCall()
    {
        var local = new AsyncLocal<string> { Value = "caller" };
        string? seen = null;
        Loop.AddSignalHandler(TestSignals.Usr1, () =>
        {
            seen = local.Value;
            Loop.Stop();
        });
        local.Value = "later";
        TestSignals.SendToSelf(TestSignals.Usr1);
        Loop.RunForever();
        Assert.Equal("caller", seen);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(19)]
    public void AddSignalHandler_Uncatchable_Throws(int number)
        => Assert.StartsWith($"sig {number} cannot be caught.", Assert.Throws<InvalidOperationException>(() => Loop.AddSignalHandler((PosixSignal)number, () => { })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(11)]
    [InlineData(7)]
    [InlineData(34)]
    public void AddSignalHandler_SignalOfTheRuntime_Throws(int number)
        => Assert.StartsWith($"sig {number} cannot be caught here", Assert.Throws<InvalidOperationException>(() => Loop.AddSignalHandler((PosixSignal)number, () => { })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    [InlineData(-11)]
    [InlineData(int.MinValue)]
    public void Signal_NoSuchNumber_ThrowsNamingIt(int number)
    {
        Assert.Contains($"no signal {number} ", Assert.Throws<ArgumentOutOfRangeException>(() => Loop.AddSignalHandler((PosixSignal)number, () => { })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.RemoveSignalHandler((PosixSignal)number));
    }

    [Fact]
    public void AddSignalHandler_BadState_Throws()
    {
        Assert.Throws<ArgumentNullException>(() => Loop.AddSignalHandler(TestSignals.Usr1, null!));
        Loop.CallSoon(() => OtherThread.Throws<InvalidOperationException>(() => Loop.AddSignalHandler(TestSignals.Usr1, () => { })));
        RunTurns();
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.AddSignalHandler(TestSignals.Usr1, () => { }));
        Assert.False(Loop.RemoveSignalHandler(TestSignals.Usr1));
        Assert.False(TestSignals.IsCaught(TestSignals.Usr1));
    }

    [Fact]
    public void RemoveSignalHandler_SaysWhetherThereWasOneAndGivesTheDefaultActionBack()
    {
        Assert.False(Loop.RemoveSignalHandler(TestSignals.Usr1));
        Loop.AddSignalHandler(TestSignals.Usr1, () => { });
        Assert.True(TestSignals.IsCaught(TestSignals.Usr1));
        Assert.True(Loop.RemoveSignalHandler(TestSignals.Usr1));
        Assert.False(TestSignals.IsCaught(TestSignals.Usr1));
        Assert.False(Loop.RemoveSignalHandler(TestSignals.Usr1));
    }

    [Fact]
    public void RemoveSignalHandler_ByNameOrNumber_IsTheSame()
    {
        Loop.AddSignalHandler(PosixSignal.SIGHUP, () => { });
        Assert.True(Loop.RemoveSignalHandler((PosixSignal)1));
    }

    [Fact(Timeout = 30000)]
    public void RemoveSignalHandler_WhileASignalIsUnderWay_DropsIt()
    {
        Loop.AddSignalHandler(TestSignals.Usr1, () => Assert.Fail("ran"));
        Loop.CallSoon(() =>
        {
            long posts = Loop.Posts;
            TestSignals.SendToSelf(TestSignals.Usr1);
            SpinWait.SpinUntil(() => Loop.Posts > posts);
            Assert.True(Loop.RemoveSignalHandler(TestSignals.Usr1));
        });
        RunTurns(3);
    }

    [Fact]
    public void Close_WithHandlers_WithdrawsThem()
    {
        Loop.AddSignalHandler(TestSignals.Usr1, () => Assert.Fail("ran"));
        Loop.AddSignalHandler(TestSignals.Usr2, () => Assert.Fail("ran"));
        Loop.Close();
        Assert.False(TestSignals.IsCaught(TestSignals.Usr1));
        Assert.False(TestSignals.IsCaught(TestSignals.Usr2));
        Assert.False(Loop.HandlesSignal(10));
    }

    [Fact(Timeout = 30000)]
    public void AddSignalHandler_Interrupt_ComesBeforeTheRunnersOwn()
    {
        using var runner = new Runner(new RunnerOptions { HandleInterrupt = false });
        Assert.Throws<KeyboardInterruptException>(() => runner.Run(async Coroutine () =>
        {
            runner.Loop.AddSignalHandler(PosixSignal.SIGINT, () => { });
            Assert.True(runner.Loop.HandlesSignal(2));
            Assert.False(runner.Interrupt!.Signal());
            Assert.False(runner.Interrupt.Happened);
            await LoopTask.Yield();
            Assert.True(runner.Loop.RemoveSignalHandler(PosixSignal.SIGINT));
            Assert.True(runner.Interrupt.Signal());
            await LoopTask.Sleep(TimeSpan.FromHours(1));
        }));
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollSignalHandlerTests() : SignalHandlerContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollSignalHandlerTests() : SignalHandlerContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectSignalHandlerTests() : SignalHandlerContract(new SelectSelector());
