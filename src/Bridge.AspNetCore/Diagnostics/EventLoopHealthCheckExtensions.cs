using Bridge;
using Bridge.AspNetCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health checks of event loops.</summary>
public static class EventLoopHealthCheckExtensions
{
    private static readonly TimeSpan s_degradedAfter = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_unhealthyAfter = TimeSpan.FromSeconds(1);

    /// <summary>Checks how long a loop takes to come to a post from outside.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="loopName">The name given to <c>AddEventLoop</c>. The check is called <c>event-loop-NAME</c>.</param>
    /// <param name="degradedAfter">From this lag on the loop is degraded; zero or more. Null: 100 ms.</param>
    /// <param name="unhealthyAfter">A loop that has not come to the post by then is unhealthy, and the check ends; more than <paramref name="degradedAfter"/>. Null: 1 s, or ten times <paramref name="degradedAfter"/> if that is more.</param>
    /// <param name="failureStatus">What to report instead of unhealthy. Null: unhealthy.</param>
    /// <param name="tags">Tags of the check. Null: none.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="loopName"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 &lt;= degradedAfter &lt; unhealthyAfter &lt;= ten hours, degradedAfter &lt;= one hour.</exception>
    /// <remarks>A name that no loop has makes each check fail with that message.</remarks>
    public static IHealthChecksBuilder AddEventLoopLag(
        this IHealthChecksBuilder builder,
        string loopName,
        TimeSpan? degradedAfter = null,
        TimeSpan? unhealthyAfter = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(loopName);
        TimeSpan degraded = degradedAfter ?? s_degradedAfter;
        ArgumentOutOfRangeException.ThrowIfLessThan(degraded, TimeSpan.Zero, nameof(degradedAfter));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(degraded, TimeSpan.FromHours(1), nameof(degradedAfter));
        TimeSpan unhealthy = unhealthyAfter ?? TimeSpan.FromTicks(Math.Max(s_unhealthyAfter.Ticks, 10 * degraded.Ticks));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(unhealthy, degraded, nameof(unhealthyAfter));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(unhealthy, TimeSpan.FromHours(10), nameof(unhealthyAfter));
        return builder.Add(new HealthCheckRegistration(
            $"event-loop-{loopName}",
            provider => new EventLoopLagCheck(loopName, provider.GetKeyedService<EventLoop>(loopName), degraded, unhealthy),
            failureStatus,
            tags));
    }
}
