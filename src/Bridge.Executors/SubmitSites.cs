using System.Runtime.CompilerServices;

namespace Bridge.Executors;

/// <summary>Remembers where jobs were submitted while <see cref="Executor.CaptureSubmitSites"/> is on. Costs nothing while it is off.</summary>
internal static class SubmitSites
{
    /// <summary>Beside the jobs and not in them, because a job may be anyone's. An entry lives as long as its job.</summary>
    private static readonly ConditionalWeakTable<IExecutorJob, string> s_sites = [];

    internal static void Capture(IExecutorJob job)
    {
        // A job that one executor wraps for another is already known by what it wraps.
        if (job is not TrackedJob)
        {
            s_sites.AddOrUpdate(job, Environment.StackTrace);
        }
    }

    internal static string? Find(IExecutorJob job)
        => s_sites.TryGetValue(TrackedJob.Unwrap(job), out string? site) ? site : null;
}
