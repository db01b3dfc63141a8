using Bridge.TestKit;
using Bridge.Tests.Interop;

namespace Bridge.Tests.Adapters;

/// <summary>Scenario 12: callbacks from many threads, handled on the loop.</summary>
public sealed class BindTests : LoopTest
{
    private static readonly AsyncLocal<string?> s_trace = new();

    [Fact(Timeout = 60000)]
    public void Invoke_EightThreads_AllHandledOnTheLoopInOrderOfTheirSender()
    {
        const int Calls = 5_000;
        using var host = new LoopHost();
        var got = new List<(int Sender, int Number)>();
        var threads = new HashSet<int>();
        using var all = new CountdownEvent(8 * Calls);
        using LoopCallback<(int, int)> callback = host.Loop.Bind<(int, int)>(call =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            got.Add(call);
            all.Signal();
        });
        Action<(int, int)> any = callback;
        Thread[] senders = [.. Enumerable.Range(0, 8).Select(sender => OtherThread.Start(() =>
        {
            for (int i = 0; i < Calls; i++)
            {
                any((sender, i));
            }
        }))];
        Assert.True(all.Wait(LoopHost.Limit));
        Array.ForEach(senders, sender => sender.Join());

        Assert.Equal([host.ThreadId], threads);
        Assert.All(got.GroupBy(call => call.Sender), calls => Assert.Equal(Enumerable.Range(0, Calls), calls.Select(call => call.Number)));
        Assert.Equal((0, 0L), (callback.Pending, callback.Dropped));
    }

    [Fact(Timeout = 30000)]
    public void Invoke_AmbientContext_IsTheCallersAndDoesNotStay() => Run(async Coroutine () =>
    {
        var seen = new List<string?>();
        using LoopCallback<int> callback = Loop.Bind<int>(_ =>
        {
            seen.Add(s_trace.Value);
            s_trace.Value = "theirs";
        });
        foreach (string? value in new[] { "a", "b", null })
        {
            OtherThread.Run(() =>
            {
                s_trace.Value = value;
                callback.Invoke(0);
            });
        }

        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.Equal(["a", "b", null], seen);
        Assert.Null(s_trace.Value);
    });

    [Fact(Timeout = 30000)]
    public void Invoke_OnTheLoopItself_IsHandledInALaterTurn() => Run(async Coroutine () =>
    {
        int handled = 0;
        using LoopCallback<int> callback = Loop.Bind<int>(_ => handled++);
        callback.Invoke(1);
        Assert.Equal((0, 1), (handled, callback.Pending));
        await LoopTask.Yield();
        Assert.Equal(1, handled);
    });

    [Theory(Timeout = 30000)]
    [InlineData(WhenFull.DropOldest, "2,3")]
    [InlineData(WhenFull.DropNewest, "0,1")]
    public void Invoke_Full_DropsAndCounts(WhenFull full, string left) => Run(async Coroutine () =>
    {
        var got = new List<int>();
        using LoopCallback<int> callback = Loop.Bind<int>(got.Add, bound: 2, full);
        for (int i = 0; i < 4; i++)
        {
            callback.Invoke(i);
        }

        Assert.Equal((2, 2L), (callback.Pending, callback.Dropped));
        await LoopTask.Yield();
        Assert.Equal(left, string.Join(',', got));
    });

    [Fact(Timeout = 30000)]
    public void Invoke_FullAndBoundToFail_ThrowsAtTheCaller() => Run(async Coroutine () =>
    {
        var got = new List<int>();
        using LoopCallback<int> callback = Loop.Bind<int>(got.Add, bound: 1, WhenFull.Fail);
        callback.Invoke(1);
        string message = OtherThread.Throws<QueueFullException>(() => callback.Invoke(2)).Message;
        Assert.Contains("'test'", message, StringComparison.Ordinal);
        await LoopTask.Yield();
        callback.Invoke(3);
        await LoopTask.Yield();
        Assert.Equal([1, 3], got);
        Assert.Equal(0, callback.Dropped);
    });

    [Fact(Timeout = 30000)]
    public void Invoke_HandlerThrows_IsReportedAndTheNextIsHandled()
    {
        int handled = 0;
        using LoopCallback<int> callback = Loop.Bind<int>(number =>
        {
            handled++;
            if (number == 0)
            {
                throw new InvalidDataException("seeded");
            }
        });
        callback.Invoke(0);
        callback.Invoke(1);
        RunTurns();
        Assert.Equal(2, handled);
        LoopErrorContext report = TakeReport();
        Assert.Equal("seeded", report.Exception!.Message);
        Assert.Contains(nameof(BindTests), report.Handle, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Invoke_HandlerThrowsAFatalException_OthersAreHandledInTheNextRun()
    {
        var got = new List<int>();
        using LoopCallback<int> callback = Loop.Bind<int>(number =>
        {
            got.Add(number);
            if (number == 0)
            {
                throw new FatalTestException();
            }
        });
        callback.Invoke(0);
        callback.Invoke(1);
        Assert.Throws<FatalTestException>(() => RunTurns());
        RunTurns();
        Assert.Equal([0, 1], got);
    }

    [Fact(Timeout = 30000)]
    public void Invoke_Flood_LeavesTurnsToOthers() => Run(async Coroutine () =>
    {
        int handled = 0;
        using LoopCallback<int> callback = Loop.Bind<int>(_ => handled++);
        for (int i = 0; i < 1000; i++)
        {
            callback.Invoke(i);
        }

        await LoopTask.Yield();
        Assert.InRange(handled, 1, 999);
        while (handled < 1000)
        {
            await LoopTask.Yield();
        }
    });

    [Theory(Timeout = 30000)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void Invoke_CoroutineHandler_RunsAsManyAtATimeAsAllowed(int concurrency) => Run(async Coroutine () =>
    {
        int running = 0;
        int most = 0;
        var begun = new List<int>();
        using LoopCallback<int> callback = Loop.Bind<int>(
            async Coroutine (number) =>
            {
                begun.Add(number);
                most = Math.Max(most, ++running);
                await LoopTask.Sleep(TimeSpan.FromSeconds(1));
                running--;
            },
            concurrency: concurrency);
        for (int i = 0; i < 4; i++)
        {
            callback.Invoke(i);
        }

        await LoopTask.Sleep(TimeSpan.FromSeconds(10));
        Assert.Equal([0, 1, 2, 3], begun);
        Assert.Equal(Math.Min(concurrency, 4), most);
        Assert.Equal(0, running);
    });

    [Fact(Timeout = 30000)]
    public void Invoke_CoroutineHandlerFails_IsReportedOnceAndTheNextIsHandled()
    {
        int handled = 0;
        using LoopCallback<int> callback = Loop.Bind<int>(async Coroutine (number) =>
        {
            handled++;
            await LoopTask.Yield();
            if (number == 0)
            {
                throw new InvalidDataException("seeded");
            }
        });
        callback.Invoke(0);
        callback.Invoke(1);
        RunTurns(10);
        Assert.Equal(2, handled);
        Assert.Equal("seeded", TakeReport().Exception!.Message);
    }

    [Fact(Timeout = 30000)]
    public void Dispose_CallsWait_TheyAndLaterOnesAreDropped()
    {
        int handled = 0;
        LoopCallback<int> callback = Loop.Bind<int>(_ => handled++);
        callback.Invoke(0);
        callback.Dispose();
        callback.Invoke(1);
        RunTurns();
        Assert.Equal((0, 0, 2L), (handled, callback.Pending, callback.Dropped));
    }

    [Fact(Timeout = 30000)]
    public void Invoke_DisposedOnALoopThatLives_IsNoLateCompletion()
    {
        LoopCallback<int> callback = Loop.Bind<int>(_ => { });
        callback.Dispose();
        callback.Invoke(1);
        Assert.Equal((1L, 0L), (callback.Dropped, Loop.LateCompletions));
    }

    [Fact(Timeout = 30000)]
    public void Invoke_LoopIsClosed_NeverThrowsAndIsCounted()
    {
        var loop = new SelectorEventLoop();
        LoopCallback<int> callback = loop.Bind<int>(_ => Assert.Fail("The loop is closed."), bound: 1, WhenFull.Fail);
        callback.Invoke(0);
        loop.Close();
        callback.Invoke(1);
        callback.Invoke(2);
        Assert.Equal((0, 3L, 2L), (callback.Pending, callback.Dropped, loop.LateCompletions));
    }

    [Fact]
    public void Bind_BadArguments_Throw()
    {
        Assert.Throws<ArgumentNullException>(() => Loop.Bind((Action<int>)null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.Bind<int>(_ => { }, bound: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.Bind<int>(_ => { }, full: (WhenFull)7));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.Bind<int>(async Coroutine (_) => await LoopTask.Yield(), concurrency: 0));
    }
}
