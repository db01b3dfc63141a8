namespace Bridge.Tests.Coroutines;

/// <summary>What awaiting something throws, for tests inside coroutines.</summary>
internal static class Caught
{
    internal static async Coroutine<Exception?> By(LoopFuture future)
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

    internal static async Coroutine<Exception?> By(Coroutine coroutine)
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
