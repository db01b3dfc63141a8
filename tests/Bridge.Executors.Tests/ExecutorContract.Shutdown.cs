namespace Bridge.Executors.Tests;

/// <content>Row V3: shutdown, and needs 3 and 4: bounded, explainable, nothing lost.</content>
public abstract partial class ExecutorContract
{
    [Fact(Timeout = 30000)]
    public void Submit_AfterShutdown_ThrowsAndNamesTheExecutor()
    {
        var executor = Create();
        executor.Shutdown();
        var caught = Assert.Throws<InvalidOperationException>(() => executor.Submit(() => 1));
        Assert.Contains("cannot schedule new work after shutdown", caught.Message, StringComparison.Ordinal);
        Assert.Contains(executor.Name, caught.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => executor.Execute(new ProbeJob(true)));
        executor.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_Wait_RunsWhatWasQueued()
    {
        var executor = Create();
        var futures = Enumerable.Range(0, 50).Select(i => executor.Submit(() => i)).ToList();
        executor.Shutdown(wait: true);
        Assert.All(futures, future => Assert.True(future.IsDone));
        Assert.Equal(Enumerable.Range(0, 50), futures.Select(future => future.GetResult()));
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_NoWait_ReturnsAtOnceAndWorkStillEnds()
    {
        using var gate = new Gate();
        var executor = Create();
        var busy = executor.Submit(gate.Pass);
        var queued = executor.Submit(() => 7);
        gate.WaitUntilEntered();
        executor.Shutdown(wait: false);
        Assert.False(busy.IsDone);
        gate.Open();
        Assert.Equal(7, queued.GetResult());
        executor.Shutdown(wait: true);
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_CancelFutures_CancelsTheQueueAndLetsTheRunningFinish()
    {
        using var gate = new Gate();
        var executor = Create();
        var busy = executor.Submit(() =>
        {
            gate.Pass();
            return "done";
        });
        gate.WaitUntilEntered();
        var queued = Enumerable.Range(0, 10).Select(i => executor.Submit(() => i)).ToList();
        var cancelledBefore = queued[3];
        cancelledBefore.Cancel();
        executor.Shutdown(wait: false, cancelFutures: true);
        Assert.All(queued, future => Assert.True(future.IsCancelled));

        // Stronger than asyncio: the executor knows of all of them, so a wait for them ends.
        Assert.Equal(10, ConcurrentFuture.Wait(queued).Done.Count);
        gate.Open();
        executor.Shutdown(wait: true);
        Assert.Equal("done", busy.GetResult());
        Assert.Throws<OperationCanceledException>(() => queued[0].GetResult());
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_Again_IsHarmless()
    {
        var executor = Create();
        executor.Submit(() => 1).GetResult();
        executor.Shutdown();
        executor.Shutdown(wait: true, cancelFutures: true);
        Assert.True(executor.Shutdown(TimeSpan.Zero).IsComplete);
        executor.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_NeverUsed_IsComplete()
    {
        var executor = Create();
        var report = executor.Shutdown(TimeSpan.FromSeconds(5));
        Assert.True(report.IsComplete);
        Assert.Empty(report.StuckJobs);
        Assert.Equal(0, report.QueuedJobs);
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_WaitFromOwnJob_ThrowsInsteadOfHanging()
    {
        using var executor = Create();
        var future = executor.Submit(() => executor.Shutdown(wait: true));
        Assert.Contains("wait for itself", Assert.Throws<InvalidOperationException>(() => future.GetResult()).Message, StringComparison.Ordinal);
        var bounded = executor.Submit(() => executor.Shutdown(TimeSpan.FromSeconds(1)));
        Assert.Throws<InvalidOperationException>(() => bounded.GetResult());
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_Bounded_ListsTheStuckJobAndTheQueue()
    {
        using var gate = new Gate();
        var executor = Create();
        var stuck = executor.Submit(gate.Pass, name: "stuck query");
        gate.WaitUntilEntered();
        var queued = executor.Submit(() => 1);
        var report = executor.Shutdown(TimeSpan.FromMilliseconds(1));
        Assert.False(report.IsComplete);
        var job = Assert.Single(report.StuckJobs);
        Assert.Equal("stuck query", job.Name);
        Assert.NotEqual(Environment.CurrentManagedThreadId, job.ThreadId);
        Assert.True(job.Age >= TimeSpan.Zero);
        Assert.Equal(1, report.QueuedJobs);
        Assert.Contains("stuck query", report.ToString(), StringComparison.Ordinal);
        gate.Open();
        Assert.True(executor.Shutdown(Timeout.InfiniteTimeSpan).IsComplete);
        Assert.Equal(1, queued.GetResult());
        stuck.GetResult();
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_BadTimeout_Throws()
    {
        using var executor = Create();
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => executor.Shutdown(TimeSpan.FromSeconds(-5)));
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => executor.Shutdown(TimeSpan.MaxValue));
    }

    [Fact(Timeout = 30000)]
    public void Shutdown_WhileOthersSubmit_EveryAcceptedJobEnds()
    {
        for (int round = 0; round < 50; round++)
        {
            var executor = Create();
            var accepted = new List<ConcurrentFuture>();
            using var start = new Barrier(2);
            var submitter = new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    while (true)
                    {
                        accepted.Add(executor.Submit(() => 1));
                    }
                }
                catch (InvalidOperationException)
                {
                    // Shut down: everything before this call was accepted.
                }
            });
            submitter.Start();
            start.SignalAndWait();
            executor.Shutdown(wait: true, cancelFutures: round % 2 == 0);
            submitter.Join();
            Assert.Equal(accepted.Count, ConcurrentFuture.Wait(accepted).Done.Count);
        }
    }

    [Fact(Timeout = 30000)]
    public void RunningJobs_WhileAJobRuns_NamesItAndItsThread()
    {
        using var executor = Create();
        using var gate = new Gate();
        Assert.Empty(executor.RunningJobs);
        executor.Submit(gate.Pass);
        gate.WaitUntilEntered();
        var job = Assert.Single(executor.RunningJobs);
        Assert.Equal("Gate.Pass", job.Name);
        Assert.True(job.ThreadId > 0);
        Assert.Null(job.SubmitSite);
        gate.Open();
        executor.Shutdown();
        Assert.Empty(executor.RunningJobs);
    }
}
