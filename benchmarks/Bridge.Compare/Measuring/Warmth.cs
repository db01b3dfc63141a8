using Bridge.Benchmarks.Worlds;

namespace Bridge.Compare.Measuring;

/// <summary>Tells when a contender has warmed up: it has run for a while, and no longer compiles itself.</summary>
/// <remarks>
/// In this process the optimizing compiler has a processor of its own, and a while is enough. A server that is bound to one processor shares
/// it with its compiler, and takes half a minute where a large program is compiled; until then the figures are those of a compiler.
/// </remarks>
internal sealed class Warmth(Pace pace)
{
    /// <summary>Processor time of the server. Long enough to see its compiler again, which may rest for a second before it goes on.</summary>
    private const double Look = 3e9;

    /// <summary>The most of that time that may have gone into compiling. There is always some method that is rarely called.</summary>
    private const double MostCompiling = 0.01;

    private ServerUse _then;

    /// <param name="elapsed">Since the warm-up began; never less than before.</param>
    /// <param name="spent">What a server has used so far; null: there is none to wait for.</param>
    internal bool IsReached(TimeSpan elapsed, ServerUse? spent)
        => elapsed >= pace.WarmUp && (spent is not { Compiling: { } compiling } use || elapsed >= pace.LongestWarmUp || HasSettled(use, compiling));

    private bool HasSettled(ServerUse use, long compiling)
    {
        double looked = use.Processor - _then.Processor;
        if (looked < Look)
        {
            return false;
        }

        bool hasSettled = compiling - (_then.Compiling ?? 0) <= MostCompiling * looked;
        _then = use;
        return hasSettled;
    }
}
