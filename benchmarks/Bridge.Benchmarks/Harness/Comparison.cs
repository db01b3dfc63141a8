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

    /// <summary>A further way to use Bridge, which is asked for what the first contender is asked for.</summary>
    public bool IsOurs { get; init; }

    /// <summary>What is asked of one that is ours, where there are several and each has peers of its own.</summary>
    public IReadOnlyList<Demand> Demands { get; init; } = [];

    /// <summary>What the figure of one that is ours may be at most, if not the comparison's <see cref="Comparison.AtMost"/>.</summary>
    public double? AtMost { get; init; }
}

/// <summary>A target of one contender beside another.</summary>
/// <param name="Peer">The other one's name; it is in the same comparison.</param>
/// <param name="Target">How many times our figure the peer's must be at least; below 1 where it is a limit.</param>
public sealed record Demand(string Peer, double Target);

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

    /// <summary>How many times longer a run takes than usual; more than 1 where many things go on at once and each needs its turns.</summary>
    public int Stretch { get; init; } = 1;

    /// <summary>Exactly so many rounds, for a figure that hardly varies, and one in a quick run; null: as many as there is time for.</summary>
    public int? Rounds { get; init; }

    /// <summary>How often per run at most in a quick run; 0: not part of one.</summary>
    public int MostInQuick { get; init; } = int.MaxValue;

    /// <summary>Another figure of the same runs, judged by itself: the same contenders in the same order, which are not made again.</summary>
    public Comparison? Other { get; init; }

    /// <summary>Where the figure of an <see cref="Other"/> is found after a run.</summary>
    public Func<Workload, double>? Read { get; init; }

    /// <summary>What <c>--only</c> looks into.</summary>
    public string Title => $"{Section}: {Name}";
}
