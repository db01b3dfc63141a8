using System.Globalization;

namespace Bridge.AspNetCore;

/// <summary>Names for connections, unique in the process and most likely among processes.</summary>
internal static class ConnectionIds
{
    private static readonly string s_prefix = Random.Shared.NextInt64(1L << 40).ToString("X10", CultureInfo.InvariantCulture);
    private static long s_last;

    internal static string Next() => string.Create(CultureInfo.InvariantCulture, $"{s_prefix}-{Interlocked.Increment(ref s_last):X8}");
}
