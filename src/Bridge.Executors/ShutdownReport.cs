using System.Text;

namespace Bridge.Executors;

/// <summary>What a bounded shutdown left behind.</summary>
public sealed class ShutdownReport
{
    /// <summary>Creates the report.</summary>
    /// <param name="isComplete">Whether all work ended and all threads of the executor are gone.</param>
    /// <param name="stuckJobs">The jobs still running when the time was up.</param>
    /// <param name="queuedJobs">How many jobs had not begun by then, 0 or more.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stuckJobs"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="queuedJobs"/> is negative.</exception>
    public ShutdownReport(bool isComplete, IReadOnlyList<RunningJob> stuckJobs, int queuedJobs)
    {
        ArgumentNullException.ThrowIfNull(stuckJobs);
        ArgumentOutOfRangeException.ThrowIfNegative(queuedJobs);
        IsComplete = isComplete;
        StuckJobs = stuckJobs;
        QueuedJobs = queuedJobs;
    }

    /// <summary>Gets whether all work ended in time and all threads of the executor are gone.</summary>
    public bool IsComplete { get; }

    /// <summary>Gets the jobs still running when the time was up. They go on, on background threads that do not keep the process alive.</summary>
    public IReadOnlyList<RunningJob> StuckJobs { get; }

    /// <summary>Gets how many jobs had not begun when the time was up. They still run once a thread gets free.</summary>
    public int QueuedJobs { get; }

    /// <summary>Describes the outcome, one line per stuck job.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString()
    {
        if (IsComplete)
        {
            return "Shut down completely.";
        }

        var text = new StringBuilder().Append($"Not shut down in time: {StuckJobs.Count} running, {QueuedJobs} queued.");
        foreach (var job in StuckJobs)
        {
            text.AppendLine().Append("  ").Append(job);
        }

        return text.ToString();
    }
}
