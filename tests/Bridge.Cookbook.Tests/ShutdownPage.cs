using System.Collections.Concurrent;
using Bridge.Executors;

namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/shutdown.md</summary>
public sealed class ShutdownPage
{
    [Fact(Timeout = 30000)]
    public async Task ShutdownAsync_EverythingEnds_NothingIsLogged()
    {
        using var thread = new EventLoopThread();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool cleanedUp = false;
        Task work = thread.RunAsync(Work);
        await begun.Task;
        List<string> log = [];
        await End(thread.Loop, TimeSpan.FromSeconds(25), log.Add);
        Assert.Empty(log);
        Assert.True(cleanedUp);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);

        async Coroutine Work()
        {
            begun.SetResult();
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                await LoopTask.Yield();
                cleanedUp = true;
            }
        }
    }

    [Fact(Timeout = 30000)]
    public async Task ShutdownAsync_CallThatNothingEnds_IsLoggedByName()
    {
        using var thread = new EventLoopThread();
        using var driver = new Driver();
        LoopTask<int>? call = null;
        var told = new ConcurrentQueue<string>();
        Task work = thread.RunAsync(async Coroutine () =>
        {
            EventLoop.Running.ExceptionHandler = (_, report) => told.Enqueue(report.Message);
            await (call = LoopTask.Create(Query(EventLoop.Running, driver)));
        });
        await driver.Begun.Task;
        List<string> log = [];
        await End(thread.Loop, TimeSpan.FromMilliseconds(50), log.Add);
        string report = Assert.Single(log);
        Assert.Contains("1 jobs running", report, StringComparison.Ordinal);
        Assert.Contains(call!.Name, report, StringComparison.Ordinal);
        driver.Answer.Set();
        await driver.Ended.Task;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        thread.Dispose();
        Assert.Equal(2, told.Count(text => text.Contains("pending", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 30000)]
    public void WaitForExit_Cancelled_TaskEndsWhenTheCallHas() => EventLoop.Run(async Coroutine () =>
    {
        using var driver = new Driver();
        LoopTask<int> task = LoopTask.Create(Query(EventLoop.Running, driver));
        await driver.Begun.Task;
        task.Cancel();
        driver.Answer.Set();
        await LoopTask.Wait([task]);
        Assert.True(task.IsCancelled);
        Assert.True(driver.Ended.Task.IsCompleted);
    });

    [Fact(Timeout = 30000)]
    public void InterruptRunningJobs_CallThatBlocks_ThrowsThere()
    {
        using var executor = new ThreadPoolExecutor();
        using var begun = new ManualResetEventSlim();
        using var never = new ManualResetEventSlim();
        ConcurrentFuture job = executor.Submit(() =>
        {
            begun.Set();
            never.Wait();
        });
        begun.Wait();
        Assert.Equal(1, Interrupt(executor));
        Assert.Throws<ThreadInterruptedException>(() => job.GetResult());
    }

    private static async Task End(EventLoop loop, TimeSpan limit, Action<string> log)
    {
        #region shutdown
        LoopShutdownReport report = await loop.ShutdownAsync(limit, JobEnding.Interrupt);
        if (!report.IsComplete)
        {
            log(report.ToString());
        }
        #endregion
    }

    private static async Coroutine<int> Query(EventLoop loop, Driver driver)
    {
        #region shutdown-call
        int rows = await loop.RunInExecutor(null, stop => driver.Query(stop), JobEnding.WaitForExit);
        #endregion
        return rows;
    }

    private static int Interrupt(ThreadPoolExecutor executor)
    {
        #region shutdown-interrupt
        executor.Shutdown(wait: false, cancelFutures: true);
        int interrupted = executor.InterruptRunningJobs();
        #endregion
        return interrupted;
    }

    /// <summary>Stands for a driver that takes no notice of a cancel or an interrupt.</summary>
    private sealed class Driver : IDisposable
    {
        internal ManualResetEventSlim Answer { get; } = new();

        internal TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose() => Answer.Dispose();

        internal int Query(CancellationToken stop)
        {
            Begun.SetResult();
            try
            {
                Answer.Wait(CancellationToken.None);
            }
            catch (ThreadInterruptedException)
            {
                Answer.Wait(CancellationToken.None);
            }

            Ended.SetResult();
            return stop.IsCancellationRequested ? 0 : 3;
        }
    }
}
