using System.Globalization;
using System.Text;
using Bridge.Selectors;

namespace Bridge.Testing;

/// <summary>The texts of <see cref="StuckException"/>: what happened, what keeps the clock, who waits for what. Loop thread.</summary>
internal static class StuckReport
{
    private const int MostTasks = 20;
    private const int MostFiles = 5;

    internal static StuckException NobodyIsLeft(EventLoop? loop, VirtualClock clock, VirtualTimeOptions options)
    {
        StringBuilder text = Begin(loop, clock).Append(CultureInfo.InvariantCulture,
            $"cannot go on: nothing is ready, no timer is set, no executor call is out, no file is watched, and no other thread posted anything within {options.StuckAfter} of real time (StuckAfter).");
        text.Append(" If a thread or a Task outside of the loop is at work, hold the clock meanwhile: using (clock.Hold()).");
        return new StuckException(AppendTasks(text, loop).ToString());
    }

    internal static StuckException TookTooLong(EventLoop? loop, VirtualClock clock, VirtualTimeOptions options, IReadOnlyCollection<SelectorKey> files)
    {
        StringBuilder text = Begin(loop, clock).Append(CultureInfo.InvariantCulture, $"took more than {options.RealTimeLimit} of real time (RealTimeLimit).");
        if (loop?.ExecutorCallCount is > 0 and var calls)
        {
            text.Append(CultureInfo.InvariantCulture, $" {calls} executor {(calls == 1 ? "call" : "calls")} did not come back.");
        }

        if (clock.Holds is { Count: > 0 } holds)
        {
            text.Append(CultureInfo.InvariantCulture, $" The clock is held: {string.Join(", ", holds)}.");
        }

        if (files.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" {files.Count} {(files.Count == 1 ? "file is" : "files are")} watched: {string.Join(", ", files.Take(MostFiles).Select(NameOf))}{(files.Count > MostFiles ? ", ..." : "")}.");
            if (!options.AdvancesDuringIO)
            {
                text.Append(" The clock stands still meanwhile: close them, or set AdvancesDuringIO if both ends are on this loop.");
            }
        }

        text.Append(clock.TimeUntilNextTimer is { } next ? $" The next timer is due in {next}." : " No timer is set.");
        return new StuckException(AppendTasks(text, loop).ToString());
    }

    private static StringBuilder Begin(EventLoop? loop, VirtualClock clock)
        => new StringBuilder().Append(CultureInfo.InvariantCulture, $"At virtual time {clock.Elapsed} the scenario on event loop '{loop?.Name}' ");

    private static string NameOf(SelectorKey key) => $"{key.FileObject.GetType().Name} {key.Descriptor} for {key.Events}";

    private static StringBuilder AppendTasks(StringBuilder text, EventLoop? loop)
    {
        LoopTask[] tasks = loop is null ? [] : [.. LoopTask.All(loop).Where(task => !task.IsDone)];
        text.Append(tasks.Length == 0 ? " No task is left." : " Waiting:");
        foreach (LoopTask task in tasks.Take(MostTasks))
        {
            text.AppendLine().Append("  ").Append(task);
            foreach (string frame in task.GetStack())
            {
                text.AppendLine().Append("    ").Append(frame);
            }
        }

        if (tasks.Length > MostTasks)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  and {tasks.Length - MostTasks} more");
        }

        return text;
    }
}
