using Bridge.Benchmarks.Workloads;

namespace Bridge.Benchmarks.Harness;

/// <summary>One contender of a comparison.</summary>
/// <param name="Name">The world: Bridge, pool, Nito, ...</param>
/// <param name="Make">Makes its workload.</param>
/// <param name="Target">For a peer: how many times Bridge's time its time must be at least; below 1 where it is a limit. 0: no target.</param>
public sealed record Contender(string Name, Func<Workload> Make, double Target = 0)
{
    /// <summary>For a peer that does less: by how many units Bridge's figure may exceed its own.</summary>
    public double? Allowance { get; init; }
}

/// <summary>The same thing done by Bridge and by its peers; the first contender is Bridge.</summary>
/// <param name="Section">Which part of the library it is about.</param>
/// <param name="Name">What is done.</param>
/// <param name="Operations">How often per run at most.</param>
/// <param name="TargetBytes">How many bytes an operation of Bridge's may allocate. Not a number: as many as it likes.</param>
/// <param name="Contenders">Bridge first.</param>
public sealed record Comparison(string Section, string Name, int Operations, double TargetBytes, params Contender[] Contenders)
{
    /// <summary>A run makes no sense with fewer operations: they are not done one after the other.</summary>
    public bool IsWhole { get; init; }

    /// <summary>What a figure counts per operation.</summary>
    public string Unit { get; init; } = "ns";

    /// <summary>What Bridge's own figure may be at most, where the target is not a ratio.</summary>
    public double? AtMost { get; init; }

    /// <summary>What <c>--only</c> looks into.</summary>
    public string Title => $"{Section}: {Name}";
}
