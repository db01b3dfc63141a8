using System.Text;
using Bridge.Executors;

namespace Bridge;

/// <summary>What <see cref="EventLoop.ShutdownAsync"/> left behind. Any thread.</summary>
public sealed class LoopShutdownReport
{
    internal LoopShutdownReport(string loopName, IReadOnlyList<LoopTask> pendingTasks, IReadOnlyList<RunningJob> stuckJobs, int queuedJobs, bool loopAnswered)
    {
        LoopName = loopName;
        PendingTasks = pendingTasks;
        StuckJobs = stuckJobs;
        QueuedJobs = queuedJobs;
        LoopAnswered = loopAnswered;
    }

    /// <summary>The loop's name.</summary>
    public string LoopName { get; }

    /// <summary>Whether everything ended in time: nothing is left behind.</summary>
    public bool IsComplete => LoopAnswered && PendingTasks.Count == 0 && StuckJobs.Count == 0 && QueuedJobs == 0;

    /// <summary>Tasks that did not end although they were cancelled. They never go on once the loop is closed.</summary>
    public IReadOnlyList<LoopTask> PendingTasks { get; }

    /// <summary>Calls on the default executor that were still running. They go on, on background threads, which do not keep the process alive.</summary>
    public IReadOnlyList<RunningJob> StuckJobs { get; }

    /// <summary>Calls on the default executor that had not begun.</summary>
    public int QueuedJobs { get; }

    /// <summary>False: a callback holds the loop's thread, or nobody runs the loop. It is closed when the callback returns.</summary>
    public bool LoopAnswered { get; }

    /// <summary>The outcome, one line for each thing left behind.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString()
    {
        if (IsComplete)
        {
            return $"Event loop '{LoopName}' was shut down completely.";
        }

        var text = new StringBuilder().Append($"Event loop '{LoopName}' was not shut down in time: ")
            .Append($"{PendingTasks.Count} tasks pending, {StuckJobs.Count} jobs running, {QueuedJobs} queued.");
        if (!LoopAnswered)
        {
            text.AppendLine().Append("  its thread did not answer: a callback holds it, or nobody runs the loop");
        }

        foreach (LoopTask task in PendingTasks)
        {
            text.AppendLine().Append("  task ").Append(task);
        }

        foreach (RunningJob job in StuckJobs)
        {
            text.AppendLine().Append("  job ").Append(job);
        }

        return text.ToString();
    }
}
