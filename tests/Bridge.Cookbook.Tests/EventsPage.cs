namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/events.md</summary>
public sealed class EventsPage
{
    [Fact(Timeout = 30000)]
    public void Events_FromAnotherThread_AreAllHandled() => EventLoop.Run(async Coroutine () =>
    {
        var sensor = new Sensor();
        LoopTask<int> total = LoopTask.Create(SumUntilNegative(EventLoop.Running, sensor, CancellationToken.None));
        await LoopTask.Yield();
        var thread = new Thread(() => sensor.Send(1, 2, 3, -1)) { IsBackground = true };
        thread.Start();
        Assert.Equal(6, await total);
        Assert.False(sensor.HasHandlers);
        thread.Join();
    });

    [Fact(Timeout = 30000)]
    public void Events_Bounded_DropsAreCounted() => EventLoop.Run(async Coroutine () =>
    {
        var sensor = new Sensor();
        Assert.Equal((5, 3), await Latest(EventLoop.Running, sensor));
        Assert.False(sensor.HasHandlers);
    });

    private static async Coroutine<int> SumUntilNegative(EventLoop loop, Sensor sensor, CancellationToken token)
    {
        int total = 0;
        #region events
        await foreach (int value in loop.FromEvent<int>(h => sensor.Measured += h, h => sensor.Measured -= h, cancellationToken: token))
        {
            if (value < 0)
            {
                break;
            }

            total += value;
        }
        #endregion
        return total;
    }

    private static async Coroutine<(int Value, long Dropped)> Latest(EventLoop loop, Sensor sensor)
    {
        #region events-bounded
        using EventStream<int> latest = loop.FromEvent<int>(
            h => sensor.Measured += h, h => sensor.Measured -= h, bound: 1, full: WhenFull.DropOldest);
        sensor.Send(2, 3, 4, 5);
        await latest.MoveNextAsync();
        (int value, long dropped) = (latest.Current, latest.Dropped);
        #endregion
        return (value, dropped);
    }

    private sealed class Sensor
    {
        internal event EventHandler<int>? Measured;

        internal bool HasHandlers => Measured is not null;

        internal void Send(params int[] values)
        {
            foreach (int value in values)
            {
                Measured?.Invoke(this, value);
            }
        }
    }
}
