namespace Bridge.Executors;

/// <summary>What an <see cref="Executor"/> runs: one piece of work that keeps its own outcome.</summary>
/// <remarks>
/// An executor calls either <see cref="TryStart"/> (and, if that returned true, <see cref="Run"/> right after it on the same thread)
/// or <see cref="Abandon"/>, each at most once. Whoever waits for the job waits for its outcome, so an executor that accepted a job
/// and then does neither leaves somebody waiting for ever.
/// </remarks>
public interface IExecutorJob
{
    /// <summary>Gets the name shown in <see cref="Executor.RunningJobs"/> and <see cref="ShutdownReport"/>; null if it has none.</summary>
    string? Name { get; }

    /// <summary>Claims the job for running. Called on the worker thread, immediately before <see cref="Run"/>.</summary>
    /// <returns>False if the job was cancelled while it was queued: it must not run, and the executor is done with it.</returns>
    bool TryStart();

    /// <summary>Runs the work and stores its outcome. Never throws. Returns only when the work has really ended.</summary>
    void Run();

    /// <summary>Tells the job that it will never run. Harmless if it was already cancelled.</summary>
    /// <param name="reason">Null: the executor was shut down and dropped its queue, so the job becomes cancelled. Otherwise the executor
    /// broke, and the job fails with this exception.</param>
    void Abandon(Exception? reason);
}
