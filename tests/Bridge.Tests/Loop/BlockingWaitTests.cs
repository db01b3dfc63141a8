using System.Runtime.CompilerServices;
using Bridge.Executors;

namespace Bridge.Tests.Loop;

/// <summary>Needs 1, 32 and 39: managed waits on the loop thread are seen, named, and by policy refused; a contended lock never is.</summary>
public sealed class BlockingWaitTests
{
    public static TheoryData<string, Action> Waits => new()
    {
        { "Task.Result", () => _ = Task.Delay(-1).ContinueWith(_ => 1, TaskScheduler.Default).Result },
        { "Task.Wait", () => Task.Delay(-1).Wait() },
        { "GetAwaiter().GetResult()", () => Task.Delay(-1).GetAwaiter().GetResult() },
        { "Task.WaitAll", () => Task.WaitAll(Task.Delay(-1), Task.Delay(-1)) },
        { "Task.WaitAny", () => Task.WaitAny(Task.Delay(-1), Task.Delay(-1)) },
        { "WaitHandle.WaitOne", () => new ManualResetEvent(false).WaitOne() },
        { "ManualResetEventSlim.Wait", () => new ManualResetEventSlim().Wait() },
        { "SemaphoreSlim.Wait", () => new SemaphoreSlim(0).Wait() },
        { "Monitor.Wait", WaitOnMonitor },
        { "ConcurrentFuture.GetResult", () => new ConcurrentFuture<int>().GetResult() },
    };

    [Theory(Timeout = 30000)]
    [MemberData(nameof(Waits), DisableDiscoveryEnumeration = true)]
    public void Wait_PolicyThrow_ThrowsAtTheCallAndNamesIt(string call, Action wait)
    {
        using SelectorEventLoop loop = MakeLoop(BlockingWaitPolicy.Throw);
        BlockingWaitException? thrown = null;
        loop.CallSoon(() => thrown = Assert.Throws<BlockingWaitException>(wait));
        RunOnce(loop);
        Assert.Contains("'blocked'", thrown!.Message, StringComparison.Ordinal);
        Assert.Contains(call, thrown.Message, StringComparison.Ordinal);
        Assert.Contains("RunInExecutor", thrown.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void RunForever_PolicyThrowOnAnInterruptedThread_LeavesTheInterruptToTheCallbacks()
        => OtherThread.Run(() =>
        {
            using SelectorEventLoop loop = MakeLoop(BlockingWaitPolicy.Throw);
            bool struck = false;
            loop.CallSoon(() => struck = Record.Exception(() => Thread.Sleep(0)) is ThreadInterruptedException);
            Thread.CurrentThread.Interrupt();
            RunOnce(loop);
            Assert.True(struck);
            Assert.False(loop.IsRunning);
        });

    [Fact(Timeout = 120000)]
    public void Wait_CodeIsOptimizedMeanwhile_IsStillKnown()
    {
        // Inner methods of .NET appear in the stack, and vanish from it, as it compiles them again. Each wait yields before it waits, which on a busy
        // machine costs time slices: not many more than it takes.
        using SelectorEventLoop loop = MakeLoop(BlockingWaitPolicy.Throw);
        int thrown = 0;
        for (int i = 0; i < 20; i++)
        {
            loop.CallSoon(() =>
            {
                for (int j = 0; j < 3; j++)
                {
                    Assert.Throws<BlockingWaitException>(() => Task.Delay(-1).Wait());
                    Assert.Throws<BlockingWaitException>(() => new SemaphoreSlim(0).Wait());
                    thrown++;
                }
            });
            RunOnce(loop);
            SpinWait.SpinUntil(() => false, 20);
        }

        Assert.Equal(60, thrown);
    }

    [Theory(Timeout = 30000)]
    [InlineData(BlockingWaitPolicy.Report)]
    [InlineData(BlockingWaitPolicy.Throw)]
    [InlineData(BlockingWaitPolicy.Allow)]
    public void Lock_Contended_IsNeitherReportedNorThrownAt(BlockingWaitPolicy policy)
    {
        using SelectorEventLoop loop = MakeLoop(policy);
        var reports = new List<LoopBlock>();
        loop.BlockingHandler = reports.Add;
        int entered = 0;
        loop.CallSoon(() =>
        {
            object monitor = new();
            var modern = new Lock();
            using var readers = new ReaderWriterLockSlim();
            Contend(() => Monitor.Enter(monitor), () => Monitor.Exit(monitor), ref entered);
            Contend(modern.Enter, modern.Exit, ref entered);
            Contend(readers.EnterWriteLock, readers.ExitWriteLock, ref entered);
            Contend(() => Assert.True(Monitor.TryEnter(monitor, 20000)), () => Monitor.Exit(monitor), ref entered);
        });
        RunOnce(loop);
        Assert.Equal(4, entered);
        Assert.Empty(reports);
    }

    [Fact(Timeout = 30000)]
    public void MonitorWait_PolicyThrow_LockComingBackIsNotThrownAt()
    {
        using SelectorEventLoop loop = MakeLoop(BlockingWaitPolicy.Throw);
        int rounds = 0;
        loop.CallSoon(() =>
        {
            object monitor = new();
            for (int i = 0; i < 20; i++)
            {
                // Pulsed, but the other thread still holds the lock; from here on, blocking is forbidden.
                bool pulsed = false;
                var other = new Thread(() =>
                {
                    lock (monitor)
                    {
                        long contended = Monitor.LockContentionCount;
                        Monitor.PulseAll(monitor);
                        pulsed = true;
                        loop.BlockingWaits = BlockingWaitPolicy.Throw;
                        SpinWait.SpinUntil(() => Monitor.LockContentionCount > contended, TimeSpan.FromSeconds(20));
                    }
                })
                { IsBackground = true };
                loop.BlockingWaits = BlockingWaitPolicy.Allow;
                lock (monitor)
                {
                    other.Start();
                    while (!pulsed)
                    {
                        Monitor.Wait(monitor);
                    }
                }

                loop.BlockingWaits = BlockingWaitPolicy.Allow;
                other.Join();
                rounds++;
            }
        });
        RunOnce(loop);
        Assert.Equal(20, rounds);
    }

    [Fact(Timeout = 30000)]
    public void Wait_PolicyReport_IsReportedOncePerSiteWithTheUsersFrame()
    {
        using SelectorEventLoop loop = MakeLoop(BlockingWaitPolicy.Report);
        var reports = new List<LoopBlock>();
        loop.BlockingHandler = reports.Add;
        loop.RunUntilComplete(CallLibrary());
        LoopBlock report = Assert.Single(reports);
        Assert.Equal(LoopBlockKind.Wait, report.Kind);
        Assert.Same(loop, report.Loop);
        Assert.Equal("Bridge.Tests.Loop.BlockingWaitTests.OldLibrary", report.Site);
        Assert.Equal("WaitHandle.WaitOne", report.WaitCall);
        Assert.Contains(nameof(CallLibrary), report.Task, StringComparison.Ordinal);
        Assert.Contains(nameof(OldLibrary), report.Stack, StringComparison.Ordinal);
        Assert.Contains("'blocked'", report.ToString(), StringComparison.Ordinal);

        static async Coroutine CallLibrary()
        {
            for (int i = 0; i < 3; i++)
            {
                OldLibrary();
                await LoopTask.Yield();
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Wait_PolicyReportWithoutHandler_IsWrittenAsWarning()
    {
        var logger = new RecordingLogger();
        using var loop = new SelectorEventLoop(null, new EventLoopOptions { Name = "blocked", Logger = logger });
        loop.CallSoon(OldLibrary);
        RunOnce(loop);
        Assert.Contains(nameof(OldLibrary), Assert.Single(logger.Records).Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Wait_HandlerThrowsOrWaitsItself_ChangesNothing()
    {
        var logger = new RecordingLogger();
        using var loop = new SelectorEventLoop(null, new EventLoopOptions { Name = "blocked", Logger = logger });
        loop.BlockingHandler = _ =>
        {
            using var never = new ManualResetEventSlim();
            never.Wait(5);
            throw new InvalidDataException();
        };
        bool ended = false;
        loop.CallSoon(() =>
        {
            OldLibrary();
            ended = true;
        });
        RunOnce(loop);
        Assert.True(ended);
        Assert.Contains(logger.Records, record => record.Text.Contains(nameof(InvalidDataException), StringComparison.Ordinal));
        Assert.Contains(logger.Records, record => record.Text.Contains(nameof(OldLibrary), StringComparison.Ordinal));
    }

    [Fact(Timeout = 30000)]
    public void Wait_HandleIsSet_IsNoWait()
    {
        using SelectorEventLoop loop = MakeLoop(BlockingWaitPolicy.Throw);
        bool signalled = false;
        bool inTime = true;
        loop.CallSoon(() =>
        {
            using var set = new AutoResetEvent(true);
            signalled = set.WaitOne();
            inTime = set.WaitOne(0);
        });
        RunOnce(loop);
        Assert.True(signalled);
        Assert.False(inTime);
    }

    [Fact(Timeout = 30000)]
    public void Wait_OfTheRuntime_IsNotSeen()
    {
        using SelectorEventLoop loop = MakeLoop(BlockingWaitPolicy.Throw);
        int ran = 0;
        loop.CallSoon(() =>
        {
            var thread = new Thread(() => RuntimeHelpers.RunClassConstructor(typeof(SlowType).TypeHandle)) { IsBackground = true };
            thread.Start();
            ran += SlowType.One;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var owner = new EventLoopThread("other");
            ran++;
            loop.BlockingWaits = BlockingWaitPolicy.Allow;
        });
        RunOnce(loop);
        Assert.Equal(2, ran);
    }

    [Fact]
    public void BlockingWaits_Unknown_Throws()
    {
        using SelectorEventLoop loop = MakeLoop(BlockingWaitPolicy.Report);
        Assert.Throws<ArgumentOutOfRangeException>(() => loop.BlockingWaits = (BlockingWaitPolicy)7);
    }

    private static SelectorEventLoop MakeLoop(BlockingWaitPolicy policy) => new(null, new EventLoopOptions { Name = "blocked", BlockingWaits = policy });

    /// <summary>Runs what is queued; a failed assertion in a callback fails the test.</summary>
    private static void RunOnce(SelectorEventLoop loop)
    {
        Exception? failure = null;
        loop.ExceptionHandler = (_, report) => failure = report.Exception;
        loop.Stop();
        loop.RunForever();
        Assert.Null(failure);
    }

    private static void OldLibrary()
    {
        using var never = new ManualResetEvent(false);
        never.WaitOne(20);
    }

    private static void WaitOnMonitor()
    {
        object monitor = new();
        lock (monitor)
        {
            Monitor.Wait(monitor);
        }
    }

    /// <summary>Enters while another thread holds the lock, which it gives back once we wait.</summary>
    private static void Contend(Action enter, Action exit, ref int entered)
    {
        int held = 0;
        Thread here = Thread.CurrentThread;
        var other = new Thread(() =>
        {
            enter();
            Volatile.Write(ref held, 1);
            SpinWait.SpinUntil(() => (here.ThreadState & ThreadState.WaitSleepJoin) != 0);
            SpinWait.SpinUntil(() => false, 5);
            exit();
        })
        { IsBackground = true };
        other.Start();
        SpinWait.SpinUntil(() => Volatile.Read(ref held) == 1);
        enter();
        entered++;
        exit();
    }

    private static class SlowType
    {
        internal static readonly int One = Make();

        private static int Make()
        {
            SpinWait.SpinUntil(() => false, 20);
            return 1;
        }
    }
}
