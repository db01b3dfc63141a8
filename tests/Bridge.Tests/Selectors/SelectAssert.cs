using System.Diagnostics;
using Bridge.Selectors;

namespace Bridge.Tests.Selectors;

internal static class SelectAssert
{
    /// <summary>Asserts that a wait finds nothing and is not cut short. A lower bound only, so a slow machine changes nothing.</summary>
    internal static void Waits(ISelector selector, TimeSpan timeout)
    {
        var start = Stopwatch.GetTimestamp();
        Assert.Empty(selector.Select(timeout).ToKeys());
        Assert.True(Stopwatch.GetElapsedTime(start) >= timeout, "The wait was cut short.");
    }

    /// <summary>Copies the keys out of a result, which is valid until the next Select only.</summary>
    internal static SelectorKey[] ToKeys(this ReadOnlySpan<ReadyKey> ready)
    {
        var keys = new SelectorKey[ready.Length];
        for (var i = 0; i < ready.Length; i++)
        {
            keys[i] = ready[i].Key;
        }

        return keys;
    }
}
