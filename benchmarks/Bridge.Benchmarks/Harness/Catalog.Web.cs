using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Harness;

/// <content>A web server on Kestrel, over its own transport and ours.</content>
public static partial class Catalog
{
    private static IEnumerable<Comparison> Web =>
    [
        Plaintext("1 connection", 1, time: 0),
        Plaintext("64 connections", 64, time: 1.5) with { MostInQuick = int.MaxValue },
        Plaintext("512 connections", 512, time: 1.4),
        Plaintext("64 connections, 16 requests at a time", 64, time: 0.9, isPipelined: true),
    ];

    /// <param name="name">In words.</param>
    /// <param name="connections">So many at a time.</param>
    /// <param name="time">How many times ours the time per request of Kestrel's own transport must be at least; 0: no target.</param>
    /// <param name="isPipelined">Sixteen requests in each write.</param>
    private static Comparison Plaintext(string name, int connections, double time, bool isPipelined = false)
    {
        Contender[] Contenders(params Demand[] demands) =>
        [
            .. ServerKind.OurWeb.Select(kind => Contender(kind) with { IsOurs = true, Demands = demands }),
            Contender(ServerKind.Kestrel),
        ];
        Contender Contender(ServerKind kind) => new(kind.Name, () => new WrkLoad(kind, connections, isPipelined));

        return new("Kestrel", name, 1, double.NaN, time > 0 ? Contenders(new Demand(ServerKind.Kestrel.Name, time)) : Contenders())
        {
            IsWhole = true,
            Stretch = SocketStretch,
            MostInQuick = 0,
            Other = new("Kestrel, processor time", name, 1, double.NaN, isPipelined ? Contenders() : Contenders(new Demand(ServerKind.Kestrel.Name, 1 / 0.6)))
            {
                Read = workload => ((ServerWorkload)workload).ProcessorTime,
            },
        };
    }
}
