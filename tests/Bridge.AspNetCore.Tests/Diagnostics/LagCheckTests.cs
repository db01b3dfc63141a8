using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Bridge.AspNetCore.Tests.Diagnostics;

public sealed class LagCheckTests
{
    private static readonly TimeSpan s_ages = TimeSpan.FromMinutes(10);

    private static async Task<HealthReport> Check(Action<IHealthChecksBuilder> add, Func<EventLoop, Func<Task<HealthReport>>, Task<HealthReport>>? around = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddEventLoop("orders");
        add(builder.Services.AddHealthChecks());
        using IHost host = builder.Build();
        await host.StartAsync();
        Task<HealthReport> Ask() => host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        HealthReport report = around is null ? await Ask() : await around(host.Services.GetRequiredKeyedService<EventLoop>("orders"), Ask);
        await host.StopAsync();
        return report;
    }

    [Fact(Timeout = 30000)]
    public async Task Check_LoopAnswers_IsHealthy()
    {
        HealthReport report = await Check(static checks => checks.AddEventLoopLag("orders", s_ages, 2 * s_ages));

        HealthReportEntry entry = report.Entries["event-loop-orders"];
        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.True((TimeSpan)entry.Data["lag"] > TimeSpan.Zero);
        Assert.Equal(0, entry.Data["inboxDepth"]);
    }

    [Fact(Timeout = 30000)]
    public async Task Check_LagFromTheLimitOn_IsDegraded()
    {
        HealthReport report = await Check(static checks => checks.AddEventLoopLag("orders", TimeSpan.Zero, s_ages));

        Assert.Equal(HealthStatus.Degraded, report.Entries["event-loop-orders"].Status);
    }

    [Fact(Timeout = 30000)]
    public async Task Check_LoopIsHeldUp_IsUnhealthyWithoutWaitingForIt()
    {
        HealthReport report = await Check(
            static checks => checks.AddEventLoopLag("orders", TimeSpan.Zero, TimeSpan.FromMilliseconds(20), tags: ["ready"]),
            static async (loop, ask) =>
            {
                using var release = new ManualResetEventSlim();
                loop.CallSoonThreadSafe(release.Wait);
                HealthReport report = await ask();
                release.Set();
                return report;
            });

        HealthReportEntry entry = report.Entries["event-loop-orders"];
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("did not come to a post within 00:00:00.0200000", entry.Description, StringComparison.Ordinal);
        Assert.Equal(["ready"], entry.Tags);
    }

    [Fact(Timeout = 30000)]
    public async Task Check_LoopUnknown_FailsWithTheRemedy()
    {
        HealthReport report = await Check(static checks => checks.AddEventLoopLag("other"));

        HealthReportEntry entry = report.Entries["event-loop-other"];
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("AddEventLoop(\"other\")", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_LimitsOutOfOrder_Throws()
    {
        IHealthChecksBuilder checks = new ServiceCollection().AddHealthChecks();

        Assert.Throws<ArgumentOutOfRangeException>(() => checks.AddEventLoopLag("a", TimeSpan.FromSeconds(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => checks.AddEventLoopLag("a", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)));
        Assert.Throws<ArgumentException>(() => checks.AddEventLoopLag(""));
    }
}
