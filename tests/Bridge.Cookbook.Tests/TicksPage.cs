using Bridge.Testing;

namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/ticks.md</summary>
public sealed class TicksPage
{
    [Fact(Timeout = 30000)]
    public void Every_Hour_PollsWithoutOverlap() => VirtualTime.Run(async Coroutine () =>
    {
        var device = new Device();
        await PollFor(EventLoop.Running, device, TimeSpan.FromHours(24) + TimeSpan.FromSeconds(0.5));
        Assert.Equal(24 * 60 * 60, device.Polls);
    });

    private static async Coroutine PollFor(EventLoop loop, Device device, TimeSpan time)
    {
        #region ticks
        await using PeriodicTicks ticks = loop.Every(TimeSpan.FromSeconds(1), async token => await device.Poll(token), MissedTicks.Skip);
        #endregion
        await LoopTask.Sleep(time);
    }

    private sealed class Device
    {
        internal int Polls { get; private set; }

        internal async Coroutine Poll(CancellationToken token)
        {
            Polls++;
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(900));
        }
    }
}
