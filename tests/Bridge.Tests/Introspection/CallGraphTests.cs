using System.Runtime.CompilerServices;
using Bridge.TestKit;

namespace Bridge.Tests.Introspection;

/// <summary>Rows AK1, AK2: the scenarios of CPython's test_graph.</summary>
public sealed class CallGraphTests : LoopTest
{
    private (string Graph, string Text) _seen;

    [Fact(Timeout = 30000)]
    public void Capture_InTaskGroup_ShowsParentAndSiblings()
    {
        Run(Main);
        const string Parent = "T(main) [a WaitForChildren, a Exit, a RunCore, a Main]";
        Assert.Equal($"T(c2_root) [s C5, a C4, a C3, a C2] ({Parent}; T(sub_main_1) [a C1] ({Parent}); T(sub_main_2) [a C1] ({Parent}))", _seen.Graph);
        Assert.Contains("in async CallGraphTests.Capture_InTaskGroup_ShowsParentAndSiblings.Main()", _seen.Text, StringComparison.Ordinal);

        async Coroutine C4()
        {
            await LoopTask.Yield();
            C5();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        void C5() => _seen = GraphText.CaptureHere(depth: 2);

        async Coroutine C3() => await C4();

        async Coroutine C2() => await C3();

        async Coroutine C1(LoopTask task) => await task;

        async Coroutine Main()
        {
            LoopTask.Current!.Name = "main";
            await LoopTaskGroup.Run(async Coroutine (group) =>
            {
                LoopTask task = group.CreateTask(C2(), new TaskOptions { Name = "c2_root" });
                _ = group.CreateTask(C1(task), new TaskOptions { Name = "sub_main_1" });
                _ = group.CreateTask(C1(task), new TaskOptions { Name = "sub_main_2" });
            });
        }
    }

    [Fact(Timeout = 30000)]
    public void Capture_InAsyncIterator_ShowsItBetweenItsCallers()
    {
        Run(Main);
        Assert.Equal("T(main) [s CaptureHere, a Nested, ag Numbers, a Main]", _seen.Graph);
        Assert.Contains("async generator CallGraphTests.Capture_InAsyncIterator_ShowsItBetweenItsCallers.Numbers()", _seen.Text, StringComparison.Ordinal);

        async Coroutine Nested() => _seen = GraphText.CaptureHere();

        async IAsyncEnumerable<int> Numbers()
        {
            for (int i = 0; i < 2; i++)
            {
                yield return i;
                if (i == 1)
                {
                    await Nested();
                }
            }
        }

        async Coroutine Main()
        {
            LoopTask.Current!.Name = "main";
            await foreach (int number in Numbers())
            {
                _ = number;
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Capture_UnderGather_ShowsWhoAwaitsTheGather()
    {
        Run(() => Named("main", async Coroutine () => await Main()));
        Assert.Equal("T(child) [s CaptureHere, a Deep, a C1, a Named] (T(main) [a Main, a lambda, a Named])", _seen.Graph);

        async Coroutine C1()
        {
            await LoopTask.Yield();
            await Deep();
        }

        async Coroutine Main() => await LoopTask.Gather(Named("child", C1), LoopTask.Sleep(TimeSpan.Zero));
    }

    [Fact(Timeout = 30000)]
    public void Capture_UnderShield_ShowsWhoAwaitsTheShield()
    {
        Run(() => Named("main", async Coroutine () => await LoopTask.Shield(Named("child", Deep))));
        Assert.Equal("T(child) [s CaptureHere, a Deep, a Named] (T(main) [a lambda, a Named])", _seen.Graph);
    }

    [Fact(Timeout = 30000)]
    public void Capture_InTimeout_ShowsTheBodyInItsTask()
    {
        Run(() => Named("main", async Coroutine () => await LoopTask.Shield(Named("child", C1))));
        Assert.Matches(@"^T\(child\) \[s CaptureHere, a Deep, a lambda(, a Run\w*)+, a C1, a Named\] \(T\(main\) \[a lambda, a Named\]\)$", _seen.Graph);

        async Coroutine C1() => await LoopTask.Timeout(TimeSpan.FromSeconds(1), async Coroutine (_) =>
        {
            await LoopTask.Yield();
            await Deep();
        });
    }

    [Fact(Timeout = 30000)]
    public void Capture_UnderWaitFor_ShowsOneTask()
    {
        Run(() => Named("main", async Coroutine () => await LoopTask.WaitFor(Named("same", Deep), TimeSpan.FromSeconds(1))));
        Assert.StartsWith("T(same) [s CaptureHere, a Deep, a Named, a AwaitHere, ", _seen.Graph, StringComparison.Ordinal);
        Assert.EndsWith("a lambda, a Named]", _seen.Graph, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Capture_UnderWait_ShowsWhoWaits()
    {
        Run(() => Named("main", Main));
        Assert.Equal("T(child) [s CaptureHere, a Deep, a Named] (T(main) [a WaitCore, a Main, a Named])", _seen.Graph);

        async Coroutine Main()
        {
            LoopTask first = LoopTask.Create(Named("child", Deep)), second = LoopTask.Create(LoopTask.Sleep(TimeSpan.FromSeconds(1)));
            await LoopTask.Wait([first, second]);
        }
    }

    [Fact(Timeout = 30000)]
    public void Capture_UnderAsCompleted_ShowsWhoTakesTheNext()
    {
        Run(() => Named("main", Main));
        Assert.Equal("T(child) [s CaptureHere, a Deep, a Named] (T(main) [a WaitForOffer, a Take, a TakeNext, a MoveNextAsync, a Main, a Named])", _seen.Graph);

        async Coroutine Main()
        {
            await foreach (LoopTask done in LoopTask.AsCompleted<LoopTask>([LoopTask.Create(Named("child", Deep))]))
            {
                await done;
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Capture_AwaitedTask_ShowsItsAwaiter()
    {
        Run(() => Named("main", C2));
        Assert.Equal("T(there there) [s CaptureHere, a Deep, a Named] (T(main) [a C2, a Named])", _seen.Graph);
        Assert.Matches(@"^\* Task\(name='there there', id=\d+\)\n  \+ Call stack:\n  \|   (File '.+', line \d+, )?in GraphText\.CaptureHere\(\)\n  \|   (File '.+', line \d+, )?in async CallGraphTests\.Deep\(\)\n", _seen.Text);
        Assert.Contains("\n  + Awaited by:\n    * Task(name='main', id=", _seen.Text, StringComparison.Ordinal);
        Assert.Contains("\n      |   in async CallGraphTests.Capture_AwaitedTask_ShowsItsAwaiter.C2()\n", _seen.Text, StringComparison.Ordinal);

        async Coroutine C2() => await LoopTask.Create(Named("there there", Deep));
    }

    [Fact(Timeout = 30000)]
    public void Capture_Future_ShowsAllWhoWait()
    {
        Run(() => Named("main", Main));
        Assert.Equal("F [] (T(task A) [a A2, a A1] (T(main) [a lambda, a RunCore, a Main, a Named]); T(task B) [a B1] (T(main) [a lambda, a RunCore, a Main, a Named]))", _seen.Graph);
        Assert.StartsWith("* Future(id=", _seen.Text, StringComparison.Ordinal);

        static async Coroutine A2(LoopFuture future) => await future;

        static async Coroutine A1(LoopFuture future) => await A2(future);

        static async Coroutine B1(LoopFuture future) => await future;

        async Coroutine Main()
        {
            LoopFuture<int> future = Loop.CreateFuture<int>();
            await LoopTaskGroup.Run(async Coroutine (group) =>
            {
                _ = group.CreateTask(A1(future), new TaskOptions { Name = "task A" });
                _ = group.CreateTask(B1(future), new TaskOptions { Name = "task B" });
                for (int i = 0; i < 5; i++)
                {
                    await LoopTask.Yield();
                }

                // By another task, so that this one is suspended in the group's body.
                await LoopTask.Create(Observe(future));
                future.SetResult(0);
            });
        }

        async Coroutine Observe(LoopFuture future)
        {
            await LoopTask.Yield();
            _seen = GraphText.CaptureHere(future);
        }
    }

    private async Coroutine Deep()
    {
        await LoopTask.Yield();
        _seen = GraphText.CaptureHere();
    }

    private static async Coroutine Named(string name, Func<Coroutine> body)
    {
        LoopTask.Current!.Name = name;
        await body();
    }
}
