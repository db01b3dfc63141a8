using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bridge.AspNetCore;

/// <summary>Posts to a loop and looks how long it takes to come to it. It always answers: a loop that does not is what it is there to tell.</summary>
internal sealed class EventLoopLagCheck(string name, EventLoop? loop, TimeSpan degradedAfter, TimeSpan unhealthyAfter) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (loop is null)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, Messages.NoLoopToCheck(name));
        }

        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long posted = Stopwatch.GetTimestamp();
        if (!loop.TryCallSoonThreadSafe(static arrived => ((TaskCompletionSource)arrived!).TrySetResult(), arrived))
        {
            return new HealthCheckResult(context.Registration.FailureStatus, Messages.LoopClosed(name));
        }

        try
        {
            await arrived.Task.WaitAsync(unhealthyAfter, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, Messages.LoopDoesNotAnswer(name, unhealthyAfter), data: Data(loop, unhealthyAfter));
        }

        TimeSpan lag = Stopwatch.GetElapsedTime(posted);
        HealthStatus status = lag >= degradedAfter ? HealthStatus.Degraded : HealthStatus.Healthy;
        return new HealthCheckResult(status, Messages.LoopLags(name, lag), data: Data(loop, lag));
    }

    private static Dictionary<string, object> Data(EventLoop loop, TimeSpan lag)
    {
        LoopStatistics statistics = loop.GetStatistics();
        return new Dictionary<string, object>
        {
            ["lag"] = lag,
            ["readyDepth"] = statistics.ReadyDepth,
            ["inboxDepth"] = statistics.InboxDepth,
        };
    }
}
