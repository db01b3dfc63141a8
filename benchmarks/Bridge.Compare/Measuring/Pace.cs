namespace Bridge.Compare.Measuring;

/// <summary>How much time measuring takes.</summary>
/// <param name="Mode">quick or full.</param>
/// <param name="Run">One run of one contender: long against the clock and the entering of a loop, short against a time slice of the scheduler.</param>
/// <param name="WarmUp">Before the first round, per contender; at least.</param>
/// <param name="LongestWarmUp">Where a workload asks for more.</param>
/// <param name="FewestRounds">Even if they take longer than the budget.</param>
/// <param name="MostRounds">Even if the budget would allow more.</param>
/// <param name="Budget">For all rounds of one comparison together.</param>
/// <param name="MostAtOnce">Largest size of what is not done one after the other: timers that fire together, tasks that sleep.</param>
/// <param name="CurvePoints">How many points of each growth curve.</param>
internal sealed record Pace(
    string Mode, TimeSpan Run, TimeSpan WarmUp, TimeSpan LongestWarmUp, int FewestRounds, int MostRounds, TimeSpan Budget, int MostAtOnce, int CurvePoints)
{
    /// <summary>Proves that everything runs; its figures say little.</summary>
    internal static Pace Quick { get; } = new(
        "quick", TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20), TimeSpan.Zero, 3, 3, TimeSpan.Zero, 10_000, 2);

    /// <summary>The record. The optimising compiler waits a tenth of a second before it begins, hence the long warm-up.</summary>
    internal static Pace Full { get; } = new(
        "full", TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(600), TimeSpan.FromSeconds(60), 7, 41, TimeSpan.FromSeconds(12), int.MaxValue, int.MaxValue);

    /// <param name="elapsed">Since the warm-up began.</param>
    /// <param name="wanted">How long the workload has to run at least.</param>
    internal bool IsWarm(TimeSpan elapsed, TimeSpan wanted) => elapsed >= WarmUp && (elapsed >= wanted || elapsed >= LongestWarmUp);

    /// <summary>Runs so many times longer, and a warm-up that has room for some of them.</summary>
    internal Pace Stretched(int factor) => factor == 1 ? this : this with { Run = Run * factor, WarmUp = WarmUp + (4 * factor * Run) };

    /// <summary>The same with exactly so many rounds.</summary>
    internal Pace WithRounds(int rounds) => this with { FewestRounds = rounds, MostRounds = rounds };
}
