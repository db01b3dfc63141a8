namespace Bridge;

/// <summary>Waits that a token may end.</summary>
internal static class TokenWait
{
    /// <summary>Awaits a future, which the token cancels; the exception then carries that token, unless the task was asked to cancel as well.</summary>
    internal static async Coroutine<T> Await<T>(LoopFuture<T> future, CancellationToken token)
    {
        using CancellationTokenRegistration registration = token.UnsafeRegister(
            static state =>
            {
                var future = (LoopFuture)state!;
                future.Loop.TryPost(new Action(() => future.Cancel()), null, null);
            },
            future);
        try
        {
            return await future;
        }
        catch (OperationCanceledException) when (future.IsCancelled && token.IsCancellationRequested && LoopTask.Current!.CancelRequests == 0)
        {
            throw new OperationCanceledException(token);
        }
    }
}
