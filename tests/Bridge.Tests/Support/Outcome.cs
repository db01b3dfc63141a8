namespace Bridge.Tests;

/// <summary>Awaits something for its outcome, whatever that is.</summary>
internal static class Outcome
{
    /// <summary>What it threw, or null.</summary>
    internal static async Coroutine<Exception?> Of(LoopFuture future)
    {
        try
        {
            await future;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    internal static async Coroutine<Exception?> Of(Coroutine coroutine)
    {
        try
        {
            await coroutine;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
