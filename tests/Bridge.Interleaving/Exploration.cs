namespace Bridge.Interleaving;

/// <summary>What an exploration found.</summary>
/// <param name="Schedules">How many were run.</param>
/// <param name="IsComplete">All within the bound were run and none failed.</param>
/// <param name="Failure">The first that failed.</param>
internal sealed record Exploration(int Schedules, bool IsComplete, ScheduleFailure? Failure)
{
    public override string ToString()
        => Failure is null
            ? $"{Schedules} schedules, {(IsComplete ? "all" : "not all")} there are within the bound; none failed."
            : $"Schedule {Schedules} failed: {Failure.Message}{Environment.NewLine}"
                + $"Run it again with Replay(..., \"{Failure.Schedule}\").{Environment.NewLine}{Failure.Trace}";
}

/// <summary>One schedule that failed.</summary>
/// <param name="Schedule">The choices, for <see cref="Explorer.Replay"/>.</param>
/// <param name="Message">What was wrong.</param>
/// <param name="Trace">Who did what, a line per step.</param>
internal sealed record ScheduleFailure(string Schedule, string Message, string Trace);

/// <summary>A model's rule was broken.</summary>
internal sealed class ModelException(string message) : Exception(message);
