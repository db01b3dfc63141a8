using Bridge.TestKit;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>What the primitives' awaitables cost, and where they can be used.</summary>
public sealed class LoopOperationTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Await_NothingToWaitFor_AllocatesNothing() => Run(async Coroutine () =>
    {
        LoopLock loopLock = new();
        LoopSemaphore semaphore = new(2);
        LoopEvent loopEvent = new(isSet: true);
        LoopQueue<int> numbers = new(4);
        LoopQueue<string> texts = new();
        LoopStack<int> stack = new();
        LoopPriorityQueue<int> priorities = new();
        await Use(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Coroutine use = Use(1000);
        long made = GC.GetAllocatedBytesForCurrentThread() - before;
        await use;
        Assert.Equal(made, GC.GetAllocatedBytesForCurrentThread() - before);

        async Coroutine Use(int times)
        {
            for (int i = 0; i < times; i++)
            {
                using (await loopLock.Acquire())
                using (await semaphore.Acquire())
                {
                    await loopEvent.Wait();
                }

                await numbers.Put(i);
                await texts.Put("text");
                await stack.Put(i);
                await priorities.Put(i);
                await numbers.Get();
                await texts.Get();
                await stack.Get();
                await priorities.Get();
                numbers.TaskDone();
                await numbers.Join();
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void AsyncTaskMethod_OnTheLoop_MayAwaitThem() => Loop.RunUntilComplete(Loop.CreateTask(AwaitTask()));

    [Fact(Timeout = 30000)]
    public void AsyncTaskMethod_CalledFromAPlainCallback_MayAwaitThem()
    {
        Task? task = null;
        Loop.CallSoon(() => task = ContendedAsync());
        while (task is not { IsCompleted: true })
        {
            RunTurns();
        }

        Assert.Null(task.Exception);
    }

    [Fact(Timeout = 30000)]
    public void ToFuture_OfAnOperation_HasItsOutcome() => Run(async Coroutine () =>
    {
        LoopQueue<string> queue = new();
        ILoopAwaitable<string> get = queue.Get();
        LoopFuture future = LoopTask.Ensure(get);
        await LoopTask.Ensure(queue.Put("item"));
        await future;
        Assert.Equal("item", ((LoopTask<string>)future).GetResult());
        await LoopTask.Ensure(new LoopEvent(isSet: true).Wait());
    });

    [Fact(Timeout = 30000)]
    public void Create_OfAnOperation_RunsIt() => Run(async Coroutine () =>
    {
        LoopQueue<int> queue = new();
        LoopTask<int> getting = LoopTask.Create(queue.Get());
        queue.PutNoWait(5);
        Assert.Equal(5, await getting);
        await LoopTask.Create(queue.Put(6));
        queue.TaskDone();
        queue.TaskDone();
        await LoopTask.Create(queue.Join());
    });

    [Fact(Timeout = 30000)]
    public void Wait_ManyLevelsDeep_ResumesTheInnermost() => Run(async Coroutine () =>
    {
        LoopQueue<int> queue = new();
        LoopTask<int> task = Loop.CreateTask(Deep(20_000));
        await Turns();
        queue.PutNoWait(9);
        Assert.Equal(9, await task);

        async Coroutine<int> Deep(int level) => level == 0 ? await queue.Get() : await Deep(level - 1);
    });

    private static async Coroutine AwaitTask() => await ContendedAsync();

    private static async Task ContendedAsync()
    {
        LoopLock loopLock = new();
        LoopQueue<int> queue = new(1);
        LoopEvent loopEvent = new();
        Task<int> other = OtherAsync();
        using (await loopLock.Acquire())
        {
            await Task.Yield();
            await queue.Put(1);
            await queue.Put(2);
            loopEvent.Set();
        }

        Assert.Equal(3, await other);

        async Task<int> OtherAsync()
        {
            int first = await queue.Get();
            await loopEvent.Wait();
            using (await loopLock.Acquire())
            {
                return first + await queue.Get();
            }
        }
    }
}
