using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>Timers that are all scheduled first and then all run, a moment later. One operation is one timer.</summary>
/// <remarks>Due after 1 to 2 ms, in no order, which is over before the last one is scheduled: the work is measured, not the wait.</remarks>
public sealed class FiringTimersOnBridge : Workload
{
    private readonly BridgeWorld _world = new();
    private readonly Action _fired;
    private int _operations;
    private int _left;

    public FiringTimersOnBridge()
        => _fired = () =>
        {
            if (--_left == 0)
            {
                _world.Loop.Stop();
            }
        };

    public override void RunOnce(int operations)
    {
        _operations = _left = operations;
        _world.Run(ScheduleAll);
    }

    public override void Dispose() => _world.Dispose();

    private void ScheduleAll()
    {
        for (int i = 0; i < _operations; i++)
        {
            _world.Loop.CallLater(TimeSpan.FromTicks(10_000 + ((long)i * 7919 % 10_000)), _fired);
        }
    }
}

/// <summary>The same with System.Threading.Timer.</summary>
public sealed class FiringTimersOnTimer : Workload
{
    private readonly ManualResetEventSlim _done = new();
    private readonly TimerCallback _fired;
    private Timer[] _timers = [];

    /// <summary>Timers that have not fired; pool threads count it down (interlocked).</summary>
    private int _left;

    public FiringTimersOnTimer()
        => _fired = _ =>
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _done.Set();
            }
        };

    public override void RunOnce(int operations)
    {
        if (_timers.Length < operations)
        {
            _timers = new Timer[operations];
        }

        _done.Reset();
        _left = operations;
        for (int i = 0; i < operations; i++)
        {
            _timers[i] = new Timer(_fired, null, TimeSpan.FromTicks(10_000 + ((long)i * 7919 % 10_000)), Timeout.InfiniteTimeSpan);
        }

        _done.Wait();
        for (int i = 0; i < operations; i++)
        {
            _timers[i].Dispose();
        }
    }

    public override void Dispose() => _done.Dispose();
}

/// <summary>The same with Task.Delay, awaited all at once.</summary>
public sealed class FiringTimersOnDelay() : TaskWorkload(new PoolWorld())
{
    protected override async Task Body(int operations)
    {
        var delays = new Task[operations];
        for (int i = 0; i < operations; i++)
        {
            delays[i] = Task.Delay(TimeSpan.FromTicks(10_000 + ((long)i * 7919 % 10_000)));
        }

        await Task.WhenAll(delays);
    }
}
