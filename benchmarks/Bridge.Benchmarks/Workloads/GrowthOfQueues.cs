using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>So many callbacks queued at once; the last to run queues the next lot. One operation is one callback.</summary>
public sealed class QueuedAtOnce : Workload
{
    private readonly BridgeWorld _world = new();
    private readonly int _depth;
    private readonly Action _callback;
    private int _lots;
    private int _left;

    public QueuedAtOnce(int depth)
    {
        _depth = depth;
        _callback = () =>
        {
            if (--_left == 0)
            {
                QueueLot();
            }
        };
    }

    public override void RunOnce(int operations)
    {
        _lots = Math.Max(1, operations / _depth);
        _world.Run(QueueLot);
    }

    public override void Dispose() => _world.Dispose();

    private void QueueLot()
    {
        SelectorEventLoop loop = _world.Loop;
        if (_lots-- == 0)
        {
            loop.Stop();
            return;
        }

        _left = _depth;
        for (int i = 0; i < _depth; i++)
        {
            loop.CallSoon(_callback);
        }
    }
}

/// <summary>So many timers, all due within the same millisecond, in no order. One operation is one timer, scheduled and run.</summary>
/// <remarks>The clock is put forward once they are scheduled, so that no wait is measured. With few of them a look at I/O is most of the cost.</remarks>
public sealed class TimersDueAtOnce : Workload
{
    private readonly JumpingClock _clock = new();
    private readonly BridgeWorld _world;
    private readonly int _timers;
    private readonly Action _fired;
    private int _lots;
    private int _left;

    public TimersDueAtOnce(int timers)
    {
        _world = new BridgeWorld(new EventLoopOptions { Debug = false, TimeProvider = _clock });
        _timers = timers;
        _fired = () =>
        {
            if (--_left == 0)
            {
                ScheduleLot();
            }
        };
    }

    public override void RunOnce(int operations)
    {
        _lots = Math.Max(1, operations / _timers);
        _world.Run(ScheduleLot);
    }

    public override void Dispose() => _world.Dispose();

    private void ScheduleLot()
    {
        SelectorEventLoop loop = _world.Loop;
        if (_lots-- == 0)
        {
            loop.Stop();
            return;
        }

        _left = _timers;

        // Far enough ahead that none is due before all are scheduled.
        TimeSpan first = loop.Now + TimeSpan.FromSeconds(10);
        for (int i = 0; i < _timers; i++)
        {
            loop.CallAt(first + TimeSpan.FromTicks((long)i * 7919 % TimeSpan.TicksPerMillisecond), _fired);
        }

        _clock.Jump(TimeSpan.FromSeconds(11));
    }
}
