namespace Bridge.Benchmarks.Workloads;

/// <summary>Something besides the time that a workload measures.</summary>
/// <param name="Name">With its unit: "wake-ups per post".</param>
/// <param name="Value">As measured.</param>
/// <param name="AtMost">The target, if it has one.</param>
public sealed record SideFigure(string Name, double Value, double? AtMost = null);
