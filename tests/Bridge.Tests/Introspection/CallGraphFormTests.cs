using System.Text.RegularExpressions;
using Bridge.TestKit;
using Bridge.Tests.Coroutines;

namespace Bridge.Tests.Introspection;

/// <summary>Rows AK2 to AK4: arguments, text, records; circles, long chains and other threads.</summary>
public sealed class CallGraphFormTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Capture_NoLoopOrNoTask_ThrowsOrIsNull()
    {
        Assert.Contains("Pass the future", Assert.Throws<InvalidOperationException>(() => EventLoop.CaptureCallGraph()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => EventLoop.FormatCallGraph());
        FutureCallGraph? graph = new(Loop.CreateFuture<int>(), [], []);
        string? text = null;
        var written = new StringWriter();
        Loop.CallSoon(() =>
        {
            graph = EventLoop.CaptureCallGraph();
            text = EventLoop.FormatCallGraph();
            EventLoop.PrintCallGraph(written);
        });
        RunTurns();
        Assert.Null(graph);
        Assert.Equal("", text);
        Assert.Equal(Environment.NewLine, written.ToString());
    }

    [Fact(Timeout = 30000)]
    public void Capture_BadDepth_ThrowsAndNamesIt()
        => Assert.Equal(0, Assert.Throws<ArgumentOutOfRangeException>(() => EventLoop.CaptureCallGraph(Loop.CreateFuture<int>(), depth: 0)).ActualValue);

    [Fact(Timeout = 30000)]
    public void Capture_OnAnotherThread_Throws() => Run(async Coroutine () =>
    {
        LoopTask task = LoopTask.Current!;
        Exception? thrown = null;
        OtherThread.Run(() => thrown = Record.Exception(() => EventLoop.CaptureCallGraph(task)));
        Assert.IsType<InvalidOperationException>(thrown);
        await LoopTask.Yield();
    });

    [Fact(Timeout = 30000)]
    public void Capture_LimitAndDepth_CutTheStack() => Run(async Coroutine () =>
    {
        LoopFuture<int> gate = Loop.CreateFuture<int>();
        LoopTask task = LoopTask.Create(Outer());
        await LoopTask.Yield();
        Assert.Equal(["Inner", "Middle", "Outer"], Names(task, null));
        Assert.Equal(["Inner", "Middle"], Names(task, 2));
        Assert.Equal(["Middle", "Outer"], Names(task, -2));
        Assert.Equal(["Inner", "Middle", "Outer"], Names(task, int.MinValue));
        Assert.Equal(["Inner", "Middle", "Outer"], Names(task, int.MaxValue));
        FutureCallGraph noStacks = EventLoop.CaptureCallGraph(gate, limit: 0)!;
        Assert.Empty(Assert.Single(noStacks.AwaitedBy).CallStack);
        Assert.Same(task, noStacks.AwaitedBy[0].Future);
        Assert.Empty(EventLoop.CaptureCallGraph(depth: 1000)!.CallStack);
        Assert.Empty(EventLoop.CaptureCallGraph(limit: 0)!.CallStack);
        gate.SetResult(1);
        await task;

        async Coroutine Inner() => await gate;

        async Coroutine Middle() => await Inner();

        async Coroutine Outer() => await Middle();
    });

    [Fact(Timeout = 30000)]
    public void Capture_RunningTask_HasThreadFramesThenThoseWhoWait()
    {
        FutureCallGraph? graph = null;
        Run(Outer);
        Assert.Equal(["Inner", "Plain", "Middle", "Outer"], Names(graph!));
        Assert.All(graph!.CallStack, frame => Assert.Equal(FrameKind.Async, frame.Kind));
        Assert.Null(graph.CallStack[^1].File);

        async Coroutine Inner()
        {
            graph = EventLoop.CaptureCallGraph();
            await LoopTask.Yield();
        }

        // An async method of .NET between coroutines, with its stub left out.
        async Task Plain() => await Inner();

        async Coroutine Middle()
        {
            await LoopTask.Yield();
            await Plain();
        }

        async Coroutine Outer() => await Middle();
    }

    [Fact(Timeout = 30000)]
    public void Capture_AfterACoroutineMovedOut_LeavesOutWhatItCannotKnow()
    {
        FutureCallGraph? graph = null;
        Run(Outer);
        Assert.Equal("Outer", Names(graph!)[0]);

        async Coroutine Slow() => await LoopTask.Yield();

        async Task Plain() => await Slow();

        async Coroutine Outer()
        {
            Task plain = Plain();
            graph = EventLoop.CaptureCallGraph();
            await plain;
        }
    }

    [Fact(Timeout = 30000)]
    public void Capture_TaskNotStartedOrDone_HasItsMethodOrNothing() => Run(async Coroutine () =>
    {
        LoopTask task = LoopTask.Create(LoopTask.Sleep(TimeSpan.Zero));
        Assert.Equal(["Sleep"], Names(task, null));
        await task;
        FutureCallGraph graph = EventLoop.CaptureCallGraph(task)!;
        Assert.Empty(graph.CallStack);
        Assert.Empty(graph.AwaitedBy);
    });

    [Fact(Timeout = 30000)]
    public void Capture_Circle_EndsWhereItCloses() => Run(async Coroutine () =>
    {
        var tasks = new LoopTask[3];
        for (int i = 0; i < 3; i++)
        {
            int next = (i + 1) % 3;
            tasks[i] = LoopTask.Create(WaitForNext(next), new TaskOptions { Name = $"{i}" });
        }

        await LoopTask.Yield();
        FutureCallGraph graph = EventLoop.CaptureCallGraph(tasks[0])!;
        Assert.Equal("T(0) [a WaitForNext] (T(2) [a WaitForNext] (T(1) [a WaitForNext] (T(0)! [])))", GraphText.Of(graph));
        Assert.EndsWith("* Task(name='0', id=N) waits in a circle: see above", WithoutIds(graph.ToString()), StringComparison.Ordinal);
        tasks[0].Cancel();
        await Caught.By(tasks[0]);
        await Caught.By(tasks[2]);

        async Coroutine WaitForNext(int next) => await tasks[next];
    });

    [Fact(Timeout = 30000)]
    public void Capture_TaskBehindItsOwnShield_IsACircle() => Run(async Coroutine () =>
    {
        LoopTask? itself = null;
        itself = LoopTask.Create(Wait());
        await LoopTask.Yield();
        FutureCallGraph graph = EventLoop.CaptureCallGraph(itself)!;
        Assert.True(Assert.Single(graph.AwaitedBy).ClosesCircle);
        itself.Cancel();
        await Caught.By(itself);

        async Coroutine Wait() => await LoopTask.Shield(itself!);
    });

    [Fact(Timeout = 30000)]
    public void Capture_WaitsThatPartAndMeet_DoNotMultiply() => Run(async Coroutine () =>
    {
        // Forty steps, at each of which the waits part in two and meet again: 2^40 ways through it.
        LoopFuture<int> root = Loop.CreateFuture<int>();
        LoopFuture last = root;
        for (int i = 0; i < 40; i++)
        {
            LoopFuture left = Loop.CreateFuture<int>(), right = Loop.CreateFuture<int>(), meeting = Loop.CreateFuture<int>();
            last.AddAwaiter(left);
            last.AddAwaiter(right);
            left.AddAwaiter(meeting);
            right.AddAwaiter(meeting);
            last = meeting;
        }

        string text = EventLoop.FormatCallGraph(root);
        Assert.Equal(1 + (40 * 4), text.Split('\n').Count(line => line.TrimStart().StartsWith('*')));
        Assert.Equal(39, text.Split('\n').Count(line => line.EndsWith(" see above", StringComparison.Ordinal)));
        await LoopTask.Yield();
    });

    [Fact(Timeout = 60000)]
    public void Capture_ChainLongerThanTheStackIsDeep_IsCapturedAndWritten() => Run(async Coroutine () =>
    {
        const int Length = 20_000;
        LoopFuture<int> gate = Loop.CreateFuture<int>();
        LoopFuture last = gate;
        for (int i = 0; i < Length; i++)
        {
            last = LoopTask.Create(Await(last));
        }

        await LoopTask.Yield();
        string text = EventLoop.FormatCallGraph(gate, limit: 0);
        Assert.EndsWith($" at level {Length}", text, StringComparison.Ordinal);
        gate.SetResult(1);
        await last;
    });

    [Fact(Timeout = 30000)]
    public void Format_Task_HasAsyncioForm() => Run(async Coroutine () =>
    {
        LoopTask inner = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromSeconds(1)), new TaskOptions { Name = "inner" });
        LoopTask outer = LoopTask.Create(Await(inner), new TaskOptions { Name = "outer" });
        await LoopTask.Yield();
        var written = new StringWriter();
        EventLoop.PrintCallGraph(written, inner);
        string text = written.ToString();
        Assert.Equal(
            """
            * Task(name='inner', id=N)
              + Call stack:
              |   in async LoopTask.Sleep()
              + Awaited by:
                * Task(name='outer', id=N)
                  + Call stack:
                  |   in async CallGraphFormTests.Await()

            """,
            WithoutIds(text).ReplaceLineEndings("\n"));
        Assert.Equal(text.TrimEnd(), EventLoop.FormatCallGraph(inner));
        await outer;
    });

    [Fact(Timeout = 30000)]
    public void Record_IsASnapshot() => Run(async Coroutine () =>
    {
        LoopTask task = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromSeconds(1)));
        await LoopTask.Yield();
        FutureCallGraph graph = EventLoop.CaptureCallGraph(task)!;
        await task;
        (LoopFuture future, IReadOnlyList<FrameCallGraphEntry> stack, IReadOnlyList<FutureCallGraph> awaiters) = graph;
        Assert.Same(task, future);
        Assert.Equal(new FrameCallGraphEntry("LoopTask.Sleep", FrameKind.Async), Assert.Single(stack));
        Assert.Empty(awaiters);
        Assert.False(graph.ClosesCircle);
        Assert.Equal(graph, graph with { });
    });

    [Fact(Timeout = 30000)]
    public async Task CaptureThreadSafe_RunningLoop_GivesAGraphPerTask()
    {
        using var thread = new LoopThread(new SelectorEventLoop());
        LoopTask? waiter = null, child = null;
        thread.RunOnLoop(() =>
        {
            child = thread.Loop.CreateTask(LoopTask.Sleep(TimeSpan.FromHours(1)));
            waiter = thread.Loop.CreateTask(Await(child));
        });
        thread.RunOnLoop(() => { });
        IReadOnlyList<FutureCallGraph> graphs = await thread.Loop.CaptureCallGraphsThreadSafe(TimeSpan.FromSeconds(20));
        Assert.Equal(2, graphs.Count);
        FutureCallGraph ofChild = Assert.Single(graphs, graph => ReferenceEquals(graph.Future, child));
        Assert.Same(Assert.Single(graphs, graph => ReferenceEquals(graph.Future, waiter)), Assert.Single(ofChild.AwaitedBy));
        thread.RunOnLoop(() => waiter!.Cancel());
        thread.RunOnLoop(() => { });
        thread.RunOnLoop(() => { });
    }

    [Fact(Timeout = 30000)]
    public void CaptureThreadSafe_OnTheLoopThread_IsThereAtOnce() => Run(async Coroutine () =>
    {
        Task<IReadOnlyList<FutureCallGraph>> capture = Loop.CaptureCallGraphsThreadSafe(TimeSpan.FromSeconds(1));
        Assert.True(capture.IsCompletedSuccessfully);
        Assert.Equal(nameof(CaptureThreadSafe_OnTheLoopThread_IsThereAtOnce) + ".lambda", Assert.Single(await capture).CallStack[0].Method[(nameof(CallGraphFormTests).Length + 1)..]);
    });

    [Fact(Timeout = 30000)]
    public async Task CaptureThreadSafe_BlockedLoop_SaysSo()
    {
        using var thread = new LoopThread(new SelectorEventLoop());
        using var isBlocked = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        thread.Loop.CallSoonThreadSafe(() =>
        {
            isBlocked.Set();
            goOn.Wait();
        });
        isBlocked.Wait(TestContext.Current.CancellationToken);
        TimeoutException thrown = await Assert.ThrowsAsync<TimeoutException>(() => thread.Loop.CaptureCallGraphsThreadSafe(TimeSpan.FromMilliseconds(1)));
        goOn.Set();
        Assert.Contains("keeps its thread", thrown.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public async Task CaptureThreadSafe_LoopThatNobodyRunsOrClosed_SaysSo()
    {
        var loop = new SelectorEventLoop();
        TimeoutException thrown = await Assert.ThrowsAsync<TimeoutException>(() => loop.CaptureCallGraphsThreadSafe(TimeSpan.FromMilliseconds(1)));
        Assert.Contains("no thread runs it", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = loop.CaptureCallGraphsThreadSafe(TimeSpan.Zero); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = loop.CaptureCallGraphsThreadSafe(Timeout.InfiniteTimeSpan); });
        loop.Close();
        Assert.Throws<ObjectDisposedException>(() => { _ = loop.CaptureCallGraphsThreadSafe(TimeSpan.FromSeconds(1)); });
    }

    [Theory]
    [InlineData("Space.Client+<Fetch>d__7", "Client.Fetch")]
    [InlineData("Space.Outer+Client`1+<Fetch>d__7`2", "Client.Fetch")]
    [InlineData("Client+<>c+<<Fetch>b__2_0>d", "Client.Fetch.lambda")]
    [InlineData("Client+<>c__DisplayClass2_0+<<Fetch>g__Local|0>d", "Client.Fetch.Local")]
    [InlineData("Client+<>c__DisplayClass2_0+<<<Fetch>b__0>g__Local|1>d", "Client.Fetch.lambda.Local")]
    [InlineData("Program+<<Main>$>d__0", "Program.Main")]
    [InlineData("Space.ByHand", "ByHand")]
    public void CodeName_OfStateMachine_IsWhatPeopleWrote(string type, string expected) => Assert.Equal(expected, CodeName.OfStateMachine(type));

    private static async Coroutine Await(LoopFuture future) => await future;

    private static List<string> Names(LoopFuture future, int? limit) => Names(EventLoop.CaptureCallGraph(future, limit: limit)!);

    private static List<string> Names(FutureCallGraph graph) => [.. graph.CallStack.Select(frame => frame.Method[(frame.Method.LastIndexOf('.') + 1)..])];

    private static string WithoutIds(string text) => Regex.Replace(text, @"id=\d+", "id=N");
}
