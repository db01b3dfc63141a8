using Bridge.Benchmarks.Worlds;
using Nito.AsyncEx;

namespace Bridge.Benchmarks.Workloads;

/// <summary>Callbacks that do next to nothing, queued a thousand at a time by one that runs between the thousands.</summary>
public abstract class CallSoonBatch : Workload
{
    private const int BatchSize = 1000;

    private readonly Action _callback;
    private readonly Action _refill;
    private int _left;
    private int _ran;

    protected CallSoonBatch()
    {
        _callback = () => _ran++;
        _refill = Refill;
    }

    public sealed override void RunOnce(int operations)
    {
        _left = operations;
        _ran = 0;
        Pump(_refill);
        if (_ran != operations)
        {
            throw new InvalidOperationException($"{_ran} of {operations} callbacks ran.");
        }
    }

    /// <summary>Runs the first callback and all that it leads to, until <see cref="Finish"/>.</summary>
    protected abstract void Pump(Action first);

    protected abstract void Schedule(Action callback);

    protected abstract void Finish();

    /// <summary>Queues a batch, tight as a user would write it.</summary>
    protected virtual void ScheduleMany(Action callback, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Schedule(callback);
        }
    }

    private void Refill()
    {
        if (_left == 0)
        {
            Finish();
            return;
        }

        int batch = Math.Min(BatchSize, _left);
        _left -= batch;
        ScheduleMany(_callback, batch);
        Schedule(_refill);
    }

    /// <summary>Our loop.</summary>
    public sealed class OnBridge(EventLoopOptions? options) : CallSoonBatch
    {
        private readonly BridgeWorld _world = new(options);

        public OnBridge()
            : this(null)
        {
        }

        protected override void Pump(Action first) => _world.Run(first);

        protected override void Schedule(Action callback) => _world.Loop.CallSoon(callback);

        protected override void ScheduleMany(Action callback, int count)
        {
            SelectorEventLoop loop = _world.Loop;
            for (int i = 0; i < count; i++)
            {
                loop.CallSoon(callback);
            }
        }

        protected override void Finish() => _world.Loop.Stop();

        public override void Dispose() => _world.Dispose();
    }

    /// <summary>The limit: a queue of delegates and a loop around it.</summary>
    public sealed class OnQueue : CallSoonBatch
    {
        private readonly Queue<Action> _queue = new();

        protected override void Pump(Action first)
        {
            _queue.Enqueue(first);
            while (_queue.TryDequeue(out Action? callback))
            {
                callback();
            }
        }

        protected override void Schedule(Action callback) => _queue.Enqueue(callback);

        protected override void ScheduleMany(Action callback, int count)
        {
            Queue<Action> queue = _queue;
            for (int i = 0; i < count; i++)
            {
                queue.Enqueue(callback);
            }
        }

        protected override void Finish()
        {
        }
    }

    /// <summary>Nito's AsyncContext through its SynchronizationContext, which is how user code reaches it.</summary>
    public sealed class OnNito : CallSoonBatch
    {
        private static readonly SendOrPostCallback s_invoke = static callback => ((Action)callback!)();
        private SynchronizationContext? _context;

        protected override void Pump(Action first)
        {
            AsyncContext.Run(() =>
            {
                _context = SynchronizationContext.Current;
                first();
            });
        }

        protected override void Schedule(Action callback) => _context!.Post(s_invoke, callback);

        // AsyncContext returns by itself when nothing is queued any more.
        protected override void Finish()
        {
        }
    }
}
