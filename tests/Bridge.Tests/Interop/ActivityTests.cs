using System.Diagnostics;
using Bridge.Executors;

namespace Bridge.Tests.Interop;

/// <summary>Need 8 for tracing: the current Activity follows the work over every border, and what is started there does not leak back.</summary>
public sealed class ActivityTests : IDisposable
{
    private readonly LoopHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact(Timeout = 30000)]
    public void Activity_OverEveryBorder_FlowsInAndNeverBack() => _host.Run(async Coroutine () =>
    {
        EventLoop loop = _host.Loop;
        using Activity request = new Activity("request").Start();
        Assert.Equal("request", await loop.RunInExecutor(null, SeeAndStart));
        Check();
        Assert.Equal("request", await LoopTask.ToThread(SeeAndStart));
        Check();
        Assert.Equal("request", await loop.WrapFuture(_ => Task.Run(SeeAndStart)));
        Check();
        Assert.Equal("request", await Task.Run(SeeAndStart));
        Check();
        using (var affine = new AffineExecutor())
        {
            Assert.Equal("request", await loop.WrapFuture(affine.Submit(SeeAndStart)));
            Check();
        }

        Assert.Equal("request", await loop.WrapFuture(loop.RunCoroutineThreadSafe(async Coroutine<string?> () =>
        {
            await LoopTask.Yield();
            return SeeAndStart();
        })));
        Check();
        LoopFuture<string?> timed = loop.CreateFuture<string?>();
        loop.CallLater(TimeSpan.FromTicks(1), () => timed.SetResult(SeeAndStart()));
        Assert.Equal("request", await timed);
        Check();
        LoopFuture<string?> posted = loop.CreateFuture<string?>();
        await LoopTask.ToThread(() => { loop.CallSoonThreadSafe(() => posted.SetResult(SeeAndStart())); });
        Assert.Equal("request", await posted);
        Check();
        Assert.Equal("request", await LoopTask.Create(Child()));
        Check();

        void Check() => Assert.Same(request, Activity.Current);

        static async Coroutine<string?> Child()
        {
            await LoopTask.Yield();
            return SeeAndStart();
        }
    });

    [Fact(Timeout = 30000)]
    public void Activity_FlowSuppressed_StaysBehind() => _host.Run(async Coroutine () =>
    {
        using Activity request = new Activity("request").Start();
        LoopFuture<string?> seen;
        using (ExecutionContext.SuppressFlow())
        {
            seen = _host.Loop.RunInExecutor(null, () => Activity.Current?.OperationName);
        }

        Assert.Null(await seen);
        Assert.Same(request, Activity.Current);
    });

    [Fact(Timeout = 30000)]
    public async Task Activity_OfAThread_IsSeenByItsCoroutineOnALoopThread()
    {
        using var thread = new EventLoopThread();
        using Activity request = new Activity("caller").Start();
        Assert.Equal("caller", thread.Run(async Coroutine<string?> () =>
        {
            await LoopTask.Yield();
            return SeeAndStart();
        }));
        Assert.Same(request, Activity.Current);
        Assert.Equal("caller", await thread.RunAsync(async Coroutine<string?> () =>
        {
            await LoopTask.Sleep(TimeSpan.FromTicks(1));
            return SeeAndStart();
        }));
        Assert.Same(request, Activity.Current);
    }

    /// <summary>Leaves an activity of its own started, which is what must not come back.</summary>
    private static string? SeeAndStart()
    {
        string? seen = Activity.Current?.OperationName;
        new Activity("inner").Start();
        return seen;
    }
}
