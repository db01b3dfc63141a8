using Bridge.Executors;

namespace Bridge.Tests.Interop;

/// <summary>Need 1: blocking the loop thread for what only that thread can do throws, whatever the policy; it never hangs.</summary>
public sealed class EndlessWaitTests : IDisposable
{
    private readonly SelectorEventLoop _loop = new(null, new EventLoopOptions { Name = "own", BlockingWaits = BlockingWaitPolicy.Allow });

    public void Dispose() => _loop.Dispose();

    public static TheoryData<string, Action<EventLoop>> Waits => new()
    {
        { "AsTask of a task", loop => _ = loop.CreateTask(Seven()).AsTask().Result },
        { "AsTask of a future", loop => _ = loop.CreateFuture<int>().AsTask().Result },
        { "AsTask, Wait", loop => ((LoopFuture)loop.CreateTask(Seven())).AsTask().Wait() },
        { "AsTask, GetResult", loop => loop.CreateTask(Seven()).AsTask().GetAwaiter().GetResult() },
        { "AsTask, WaitAll", loop => Task.WaitAll(loop.CreateTask(Seven()).AsTask(), Task.CompletedTask) },
        { "AsTask behind an async method", loop => Outer(loop.CreateTask(Seven()).AsTask()).Wait() },
        { "AsTask behind WhenAll", loop => Task.WhenAll(loop.CreateTask(Seven()).AsTask(), Task.Delay(1)).Wait() },
        { "RunCoroutineThreadSafe, Task", loop => _ = loop.RunCoroutineThreadSafe(Seven).Task.Result },
        { "RunCoroutineThreadSafe, GetResult", loop => loop.RunCoroutineThreadSafe(Seven).GetResult() },
        { "an async method that comes back here", loop => AfterDelay().Wait() },
        { "two of them", loop => _ = Twice().Result },
        { "an async method that yielded", loop => AfterYield().Wait() },
        { "an async method that awaits a future", loop => AwaitFuture(loop.CreateFuture<int>()).Wait() },
        { "an async method that awaits a coroutine", loop => AwaitCoroutine().Wait() },
        { "an async method that awaits a call in an executor", loop => AwaitFuture(loop.RunInExecutor(null, () => 1)).Wait() },
        { "an async method behind WhenAll", loop => Task.WhenAll(Task.Delay(1), AfterDelay()).Wait() },
        { "RunUntilComplete", loop => loop.RunUntilComplete(Seven()) },
        { "Run", loop => EventLoop.Run(Seven) },
    };

    [Theory(Timeout = 30000)]
    [MemberData(nameof(Waits), DisableDiscoveryEnumeration = true)]
    public void Wait_ForWorkOfThisLoop_ThrowsAndNamesIt(string what, Action<EventLoop> wait)
    {
        Assert.NotEmpty(what);
        Exception? thrown = null;
        _loop.CallSoon(() => thrown = Record.Exception(() => wait(_loop)));
        RunOnce();
        Assert.IsAssignableFrom<InvalidOperationException>(thrown);
        Assert.Contains("own", thrown!.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Wait_ForWorkOfThisLoop_MessageHasLoopTaskCallAndRemedy()
    {
        BlockingWaitException? thrown = null;
        _loop.CreateTask(Block(), new TaskOptions { Name = "blocker" });
        RunOnce();
        Assert.Contains("Task.Result in Bridge.Tests.Interop.EndlessWaitTests.", thrown!.Message, StringComparison.Ordinal);
        Assert.Contains("'own'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("name='blocker'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("name='waited for'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("Await it instead", thrown.Message, StringComparison.Ordinal);

        async Coroutine Block()
        {
            LoopTask<int> task = _loop.CreateTask(Seven(), new TaskOptions { Name = "waited for" });
            thrown = Assert.Throws<BlockingWaitException>(() => task.AsTask().Result);
            await task;
        }
    }

    [Fact(Timeout = 30000)]
    public void Wait_OfAnotherThreadForTheSameTask_GoesOn()
    {
        // The other thread waits for work of this loop while this thread waits for somebody else: only one of the two is a mistake.
        int result = 0;
        var asked = new ManualResetEventSlim();
        Thread? other = null;
        bool foreign = false;
        _loop.CallSoon(() =>
        {
            Task<int> shared = _loop.CreateTask(Seven()).AsTask();
            other = new Thread(() => result = shared.Result) { IsBackground = true };
            other.Start();
            SpinWait.SpinUntil(() => (other.ThreadState & ThreadState.WaitSleepJoin) != 0);
            foreign = Task.Delay(200).ContinueWith(_ => true, TaskScheduler.Default).Result;
        });
        RunOnce();
        _loop.RunUntilComplete(LoopTask.Sleep(TimeSpan.Zero));
        Assert.True(other!.Join(LoopHost.Limit));
        Assert.True(foreign);
        Assert.Equal(7, result);
        asked.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void Wait_ForWhatMayEndOtherwise_IsNotThrownAt()
    {
        Task? any = null;
        bool inTime = true;
        _loop.CallSoon(() =>
        {
            any = Task.WhenAny(AfterDelay(), Task.Delay(100));
            any.Wait();
            inTime = AfterDelay().Wait(100);
        });
        RunOnce();
        Assert.True(any!.IsCompletedSuccessfully);
        Assert.False(inTime);
    }

    [Fact(Timeout = 30000)]
    public void Wait_OnAnotherThread_GivesTheResult()
    {
        using var owner = new EventLoopThread("elsewhere");
        Assert.Equal(7, owner.Loop.RunCoroutineThreadSafe(Seven).Task.Result);
        Assert.Equal(7, owner.Run(Seven));
    }

    private static async Coroutine<int> Seven()
    {
        await LoopTask.Yield();
        return 7;
    }

    private static async Task Outer(Task inner) => await inner.ConfigureAwait(false);

    private static async Task AfterDelay() => await Task.Delay(10);

    private static async Task<int> Twice()
    {
        await AfterDelay();
        await AfterDelay();
        return 2;
    }

    private static async Task AfterYield() => await Task.Yield();

    private static async Task AwaitFuture(LoopFuture<int> future) => await future;

    private static async Task AwaitCoroutine() => await LoopTask.Sleep(TimeSpan.FromMilliseconds(1));

    private void RunOnce()
    {
        _loop.ExceptionHandler = (_, _) => { };
        _loop.Stop();
        _loop.RunForever();
    }
}
