namespace Bridge;

/// <summary>Cancels a token source without running its callbacks here: they are strangers' code, and may block or throw.</summary>
internal static class TokenCancellation
{
    /// <summary>The token is cancelled when this returns; its callbacks run on the .NET pool. What they throw goes to the exception handler.</summary>
    internal static void Request(EventLoop loop, CancellationTokenSource source)
    {
        Task callbacks;
        try
        {
            callbacks = source.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // Its owner is through with it; there is nobody left to tell.
            return;
        }

        if (!callbacks.IsCompletedSuccessfully)
        {
            callbacks.ContinueWith(
                static (task, loop) => Report((EventLoop)loop!, task.Exception!),
                loop,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private static void Report(EventLoop loop, AggregateException failures)
    {
        // Without the levels that CancelAsync and its task put around what the callbacks threw.
        AggregateException all = failures.Flatten();
        Exception failure = all.InnerExceptions is [var only] ? only : all;
        loop.ReportElsewhere(new LoopErrorContext("A callback of a cancelled token failed", failure));
    }
}
