namespace Bridge;

/// <summary>Which blocking calls share a thread.</summary>
public enum Affinity
{
    /// <summary>None has to: each takes a thread of the loop's default executor.</summary>
    None,

    /// <summary>Those of one <see cref="AffinityScope"/>, as of one request: scopes run beside each other.</summary>
    Scope,

    /// <summary>All of the loop: they run one after the other. For libraries that know one thread only.</summary>
    Loop,
}
