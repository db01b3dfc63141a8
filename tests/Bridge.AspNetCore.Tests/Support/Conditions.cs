namespace Bridge.AspNetCore.Tests;

/// <summary>Waits for what happens on another thread and tells nobody.</summary>
internal static class Conditions
{
    /// <summary>Asks until it is so; the test's own time limit ends it otherwise.</summary>
    internal static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Yield();
        }
    }
}
