using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>An order of addresses in which the families take turns, so that one that does not work costs one attempt and not all of its addresses'.</summary>
/// <remarks>Source: asyncio's <c>_interleave_addrinfos</c>, after RFC 8305.</remarks>
internal static class Interleaving
{
    /// <param name="infos">In the resolver's order.</param>
    /// <param name="firstCount">How many of the first family lead, at least 1.</param>
    internal static AddressInfo[] Of(IReadOnlyList<AddressInfo> infos, int firstCount = 1)
    {
        var families = new List<Queue<AddressInfo>>();
        foreach (IGrouping<AddressFamily, AddressInfo> family in infos.GroupBy(static info => info.Family))
        {
            families.Add(new Queue<AddressInfo>(family));
        }

        var ordered = new List<AddressInfo>(infos.Count);
        for (int i = 1; i < firstCount && families.Count > 0 && families[0].TryDequeue(out AddressInfo? info); i++)
        {
            ordered.Add(info);
        }

        while (ordered.Count < infos.Count)
        {
            foreach (Queue<AddressInfo> family in families)
            {
                if (family.TryDequeue(out AddressInfo? info))
                {
                    ordered.Add(info);
                }
            }
        }

        return [.. ordered];
    }
}
