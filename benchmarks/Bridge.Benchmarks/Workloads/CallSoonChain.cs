using Bridge.Benchmarks.Worlds;
using Nito.AsyncEx;

namespace Bridge.Benchmarks.Workloads;

/// <summary>One callback that queues itself again: every turn of the loop runs a single one.</summary>
public abstract class CallSoonChain : Workload
{
    private readonly Action _link;
    private int _left;

    protected CallSoonChain() => _link = Link;

    public sealed override void RunOnce(int operations)
    {
        _left = operations;
        Pump(_link);
    }

    protected abstract void Pump(Action first);

    protected abstract void Schedule(Action callback);

    protected abstract void Finish();

    private void Link()
    {
        if (--_left == 0)
        {
            Finish();
            return;
        }

        Schedule(_link);
    }

    /// <summary>Our loop.</summary>
    public sealed class OnBridge(EventLoopOptions? options) : CallSoonChain
    {
        private readonly BridgeWorld _world = new(options);

        public OnBridge()
            : this(null)
        {
        }

        protected override void Pump(Action first) => _world.Run(first);

        protected override void Schedule(Action callback) => _world.Loop.CallSoon(callback);

        protected override void Finish() => _world.Loop.Stop();

        public override void Dispose() => _world.Dispose();
    }

    /// <summary>The limit: a queue of delegates and a loop around it.</summary>
    public sealed class OnQueue : CallSoonChain
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

        protected override void Finish()
        {
        }
    }

    /// <summary>Nito's AsyncContext through its SynchronizationContext.</summary>
    public sealed class OnNito : CallSoonChain
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

        protected override void Finish()
        {
        }
    }

    /// <summary>A work item of the thread pool that queues itself.</summary>
    public sealed class OnPool : CallSoonChain
    {
        private static readonly WaitCallback s_invoke = static callback => ((Action)callback!)();
        private readonly ManualResetEventSlim _done = new();

        protected override void Pump(Action first)
        {
            _done.Reset();
            Schedule(first);
            _done.Wait();
        }

        protected override void Schedule(Action callback) => ThreadPool.QueueUserWorkItem(s_invoke, callback);

        protected override void Finish() => _done.Set();

        public override void Dispose() => _done.Dispose();
    }
}
