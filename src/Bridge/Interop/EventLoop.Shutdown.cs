namespace Bridge;

/// <content>The end of a loop, within a time limit.</content>
public abstract partial class EventLoop
{
    /// <summary>The latest bounded shutdown. Written by whoever asks for it, read by the loop thread.</summary>
    private BoundedShutdown? _shutdown;

    /// <summary>How long the loop has to answer once the time of a shutdown is over. Written before the shutdown begins, by tests that must not depend on it; read by its thread.</summary>
    internal TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Winds the loop up within a time limit and says what could not be ended: cancels its tasks and waits for their finally blocks, closes async
    /// enumerators, ends the default executor, stops the run and closes the loop. Any thread.
    /// </summary>
    /// <param name="timeout">How long all of this may take: zero up to about 24 days. The task ends within it, or 100 ms later if a callback holds the loop's thread.</param>
    /// <param name="runningJobs">What becomes of calls still running on the default executor. <see cref="JobEnding.Interrupt"/>: after half the time those that wait are dropped and those that run are interrupted.</param>
    /// <returns>A report, for a log. Needs nothing of the .NET pool, which may be stuck too: plain code goes on, on the thread that watched the time.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long, or <paramref name="runningJobs"/> is not defined.</exception>
    /// <remarks>
    /// <para>
    /// Awaited in a task of the loop itself, that task is spared, and the loop goes on for it: whoever runs it (<c>EventLoop.Run</c>, a Runner, an
    /// <see cref="EventLoopThread"/>) closes it then, without waiting for the executor any longer. Otherwise the loop is closed when its run has ended.
    /// </para>
    /// <para>
    /// What is left when the time is over is left: tasks never go on, jobs do, on background threads. Their completions are dropped and counted
    /// (<see cref="LateCompletions"/>); nothing is thrown at them. Calls on other executors belong to their owners: shut those down yourself.
    /// A loop that nobody runs is run for this on a thread of its own. A closed loop gives a complete report at once.
    /// </para>
    /// <para>Source: none; asyncio's <c>Runner.close</c> waits without limit for tasks and 300 seconds for the executor.</para>
    /// </remarks>
    public Task<LoopShutdownReport> ShutdownAsync(TimeSpan timeout, JobEnding runningJobs = JobEnding.WaitForExit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, TimeSpan.FromMilliseconds(int.MaxValue));
        CheckEnding(runningJobs, nameof(runningJobs));
        var shutdown = new BoundedShutdown(this, timeout, runningJobs, IsInTurn ? CurrentTask : null);
        Volatile.Write(ref _shutdown, shutdown);
        return shutdown.Begin();
    }
}
