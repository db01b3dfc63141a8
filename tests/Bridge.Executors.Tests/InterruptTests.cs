namespace Bridge.Executors.Tests;

/// <summary>Interrupting jobs that block and take no token: the function alone is struck. Need 6.</summary>
public sealed class InterruptTests
{
    [Fact(Timeout = 30000)]
    public void InterruptRunningJobs_JobBlocks_FailsAndTheThreadLivesOn()
    {
        using var executor = new ThreadPoolExecutor(1);
        using var gate = new Gate();
        ConcurrentFuture blocked = executor.Submit(gate.Pass);
        gate.WaitUntilEntered();
        Assert.Equal(1, executor.InterruptRunningJobs());
        Assert.IsType<ThreadInterruptedException>(blocked.GetException());
        Assert.Equal(5, executor.Submit(() => WaitABit(5)).GetResult());
        Assert.Equal(1, executor.ThreadCount);
        executor.Shutdown();
    }

    [Fact(Timeout = 30000)]
    public void InterruptRunningJobs_AffineThread_IsInterruptedToo()
    {
        using var executor = new AffineExecutor();
        using var gate = new Gate();
        ConcurrentFuture blocked = executor.Submit(gate.Pass);
        gate.WaitUntilEntered();
        Assert.Equal(1, executor.InterruptRunningJobs());
        Assert.IsType<ThreadInterruptedException>(blocked.GetException());
    }

    [Fact(Timeout = 30000)]
    public void InterruptRunningJobs_NobodyRuns_StrikesNobody()
    {
        using var executor = new ThreadPoolExecutor(2);
        Assert.Equal(0, executor.InterruptRunningJobs());
        executor.Submit(() => 1).GetResult();
        SpinWait.SpinUntil(() => executor.IdleThreadCount == 1);
        Assert.Equal(0, executor.InterruptRunningJobs());
        Assert.Equal(2, executor.Submit(() => WaitABit(2)).GetResult());
    }

    /// <summary>Jobs that do not notice their interrupt: it must not strike the next job, a callback of the outcome, or the thread.</summary>
    [Fact(Timeout = 60000)]
    public void InterruptRunningJobs_AtRandom_NeverStrikesBeyondTheFunction()
    {
        using var log = new FaultLog();
        using var executor = new ThreadPoolExecutor(2);
        int struck = 0;
        bool stop = false;
        int interrupts = 0;
        var interrupter = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                interrupts += executor.InterruptRunningJobs();
            }
        });
        interrupter.Start();
        do
        {
            // Again if the interrupter did not get a processor meanwhile. Not disposed of: the last one may still be in Signal.
            var callbacks = new CountdownEvent(2000);
            for (int i = 0; i < 1000; i++)
            {
                // Notices nothing; what follows it waits.
                ConcurrentFuture computing = executor.Submit(() => Thread.SpinWait(20));
                ConcurrentFuture waiting = executor.Submit(() => WaitABit(0));
                computing.AddDoneCallback(_ => Callback(callbacks));
                waiting.AddDoneCallback(_ => Callback(callbacks));
            }

            Assert.True(callbacks.Wait(TimeSpan.FromSeconds(40)));
        }
        while (Volatile.Read(ref interrupts) == 0);

        Volatile.Write(ref stop, true);
        interrupter.Join();
        executor.Shutdown();
        Assert.Equal(0, struck);
        Assert.Empty(log.From(executor));

        void Callback(CountdownEvent callbacks)
        {
            try
            {
                WaitABit(0);
            }
            catch (ThreadInterruptedException)
            {
                Interlocked.Increment(ref struck);
            }

            callbacks.Signal();
        }
    }

    private static int WaitABit(int result)
    {
        object nobodyPulses = new();
        lock (nobodyPulses)
        {
            Monitor.Wait(nobodyPulses, 0);
        }

        return result;
    }
}
