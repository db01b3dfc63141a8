using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>Time limits that are not reached: a timer is made and cancelled while so many others wait.</summary>
public abstract class CancelledTimers : Workload
{
    /// <summary>As many different delays as fit the first-level cache; 1 s to 100 s, so that nothing becomes due meanwhile.</summary>
    private readonly TimeSpan[] _delays = new TimeSpan[1024];
    private readonly int _live;

    protected CancelledTimers(int live)
    {
        _live = live;
        var random = new Random(42);
        for (int i = 0; i < _delays.Length; i++)
        {
            _delays[i] = TimeSpan.FromTicks(random.NextInt64(TimeSpan.TicksPerSecond, 100 * TimeSpan.TicksPerSecond));
        }
    }

    public sealed override void Setup()
    {
        // Far beyond the measured ones, and spread wide.
        var random = new Random(7);
        for (int i = 0; i < _live - 1; i++)
        {
            AddLive(TimeSpan.FromTicks(random.NextInt64(1_000 * TimeSpan.TicksPerSecond, 100_000 * TimeSpan.TicksPerSecond)));
        }
    }

    protected abstract void AddLive(TimeSpan delay);

    /// <summary>Our loop.</summary>
    public sealed class OnBridge(int live) : CancelledTimers(live)
    {
        private readonly BridgeWorld _world = new();
        private int _operations;

        public override void RunOnce(int operations)
        {
            _operations = operations;
            _world.Run(ScheduleAndCancel);
        }

        protected override void AddLive(TimeSpan delay) => _world.Loop.CallLater(delay, AmbientContexts.Nothing);

        public override void Dispose() => _world.Dispose();

        private void ScheduleAndCancel()
        {
            SelectorEventLoop loop = _world.Loop;
            TimeSpan[] delays = _delays;
            for (int i = 0; i < _operations; i++)
            {
                loop.CallLater(delays[i % delays.Length], AmbientContexts.Nothing).Cancel();
            }

            loop.Stop();
        }
    }

    /// <summary>System.Threading.Timer, made and disposed of.</summary>
    public sealed class OnTimer(int live) : CancelledTimers(live)
    {
        private static readonly TimerCallback s_nothing = static _ => { };
        private readonly List<Timer> _timers = [];

        public override void RunOnce(int operations)
        {
            for (int i = 0; i < operations; i++)
            {
                new Timer(s_nothing, null, _delays[i % _delays.Length], Timeout.InfiniteTimeSpan).Dispose();
            }
        }

        protected override void AddLive(TimeSpan delay) => _timers.Add(new Timer(s_nothing, null, delay, Timeout.InfiniteTimeSpan));

        public override void Dispose() => _timers.ForEach(timer => timer.Dispose());
    }

    /// <summary>Task.Delay with a token that is cancelled.</summary>
    public sealed class OnDelay(int live) : CancelledTimers(live)
    {
        private readonly CancellationTokenSource _end = new();
        private readonly List<Timer> _timers = [];

        public override void RunOnce(int operations)
        {
            for (int i = 0; i < operations; i++)
            {
                using var source = new CancellationTokenSource();
                _ = Task.Delay(_delays[i % _delays.Length], source.Token);
                source.Cancel();
            }
        }

        // What lies under a delay is a timer; a million bare ones are made faster.
        protected override void AddLive(TimeSpan delay) => _timers.Add(new Timer(static _ => { }, null, delay, Timeout.InfiniteTimeSpan));

        public override void Dispose()
        {
            _timers.ForEach(timer => timer.Dispose());
            _end.Dispose();
        }
    }
}
