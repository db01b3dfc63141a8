using System.Diagnostics;

namespace Bridge;

/// <summary>
/// Marks the places where another thread may step in. In the product the calls vanish; the exploring tests compile the marked
/// files with INTERLEAVE defined and decide at each mark which thread goes on.
/// </summary>
internal static partial class Interleave
{
    /// <summary>Called by the exploring tests' scheduler; null outside them.</summary>
    internal static Action<bool>? Hook { get; set; }

    /// <summary>Another thread may run here.</summary>
    [Conditional("INTERLEAVE")]
    internal static void Point() => Hook?.Invoke(false);

    /// <summary>This thread cannot go on until another one has.</summary>
    [Conditional("INTERLEAVE")]
    internal static void Blocked() => Hook?.Invoke(true);
}
