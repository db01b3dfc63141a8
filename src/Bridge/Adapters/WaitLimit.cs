using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>How long a thread may block: what the system's waits can count.</summary>
internal static class WaitLimit
{
    /// <summary>Throws unless it is zero up to <see cref="int.MaxValue"/> milliseconds, or infinite.</summary>
    internal static void Check(TimeSpan limit, [CallerArgumentExpression(nameof(limit))] string? name = null)
    {
        if (limit != Timeout.InfiniteTimeSpan && (limit < TimeSpan.Zero || limit > TimeSpan.FromMilliseconds(int.MaxValue)))
        {
            throw new ArgumentOutOfRangeException(name, limit, Messages.WaitTimeOutOfRange(limit));
        }
    }
}
