namespace Bridge.Executors;

/// <summary>Calls jobs that may be anyone's. One that breaks its contract by throwing is reported, and nobody else pays for it.</summary>
internal static class JobGuard
{
    internal static bool TryStart(Executor owner, IExecutorJob job)
    {
        try
        {
            return job.TryStart();
        }
        catch (Exception exception)
        {
            Report(owner, job, exception);
            return false;
        }
    }

    internal static void Run(Executor owner, IExecutorJob job)
    {
        try
        {
            job.Run();
        }
        catch (Exception exception)
        {
            Report(owner, job, exception);
        }
    }

    internal static void Abandon(Executor owner, IExecutorJob job, Exception? reason)
    {
        try
        {
            job.Abandon(reason);
        }
        catch (Exception exception)
        {
            Report(owner, job, exception);
        }
    }

    private static void Report(Executor owner, IExecutorJob job, Exception exception)
        => ConcurrentFuture.Report(owner, exception, Messages.InJob(owner.Name, job.GetType().Name));
}
