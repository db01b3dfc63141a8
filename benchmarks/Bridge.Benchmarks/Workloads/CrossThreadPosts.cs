using System.Threading.Channels;
using Bridge.Benchmarks.Worlds;
using Nito.AsyncEx;

namespace Bridge.Benchmarks.Workloads;

/// <summary>Threads that post as fast as they can to one that runs what they post.</summary>
public abstract class CrossThreadPosts : Workload
{
    private readonly int _producers;
    private readonly Action _callback;
    private int _left;

    protected CrossThreadPosts(int producers)
    {
        _producers = producers;
        _callback = () =>
        {
            if (--_left == 0)
            {
                LastOneRan();
            }
        };
    }

    public sealed override void RunOnce(int operations)
    {
        int share = Math.Max(1, operations / _producers);
        _left = share * _producers;
        var threads = new Thread[_producers];
        using var start = new Barrier(_producers);
        for (int i = 0; i < _producers; i++)
        {
            threads[i] = new Thread(() =>
            {
                start.SignalAndWait();
                PostMany(_callback, share);
            })
            { IsBackground = true, Name = "producer" };
            threads[i].UnsafeStart();
        }

        RunUntilLastOne();
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    /// <summary>On a producer's thread.</summary>
    protected abstract void PostMany(Action callback, int count);

    /// <summary>On the consumer's.</summary>
    protected abstract void LastOneRan();

    protected abstract void RunUntilLastOne();

    /// <summary>Our loop, on the measuring thread.</summary>
    public sealed class OnBridge(int producers) : CrossThreadPosts(producers)
    {
        private readonly BridgeWorld _world = new();

        public override IEnumerable<SideFigure> SideFigures => [new("wake-ups per post", (double)_world.Loop.WakeUps / _world.Loop.Posts, 0.01)];

        protected override void PostMany(Action callback, int count)
        {
            SelectorEventLoop loop = _world.Loop;
            for (int i = 0; i < count; i++)
            {
                loop.CallSoonThreadSafe(callback);
            }
        }

        protected override void LastOneRan() => _world.Loop.Stop();

        protected override void RunUntilLastOne() => _world.Loop.RunForever();

        public override void Dispose() => _world.Dispose();
    }

    /// <summary>An unbounded channel and an async reader on the pool.</summary>
    public sealed class OnChannel(int producers) : CrossThreadPosts(producers)
    {
        private readonly Channel<Action> _channel = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
        private bool _done;

        protected override void PostMany(Action callback, int count)
        {
            for (int i = 0; i < count; i++)
            {
                _channel.Writer.TryWrite(callback);
            }
        }

        protected override void LastOneRan() => _done = true;

        protected override void RunUntilLastOne()
        {
            _done = false;
            Task.Run(ReadAsync).GetAwaiter().GetResult();
        }

        private async Task ReadAsync()
        {
            while (!_done && await _channel.Reader.WaitToReadAsync())
            {
                while (_channel.Reader.TryRead(out Action? callback))
                {
                    callback();
                }
            }
        }
    }

    /// <summary>Nito's AsyncContextThread.</summary>
    public sealed class OnNito(int producers) : CrossThreadPosts(producers)
    {
        private static readonly SendOrPostCallback s_invoke = static callback => ((Action)callback!)();
        private readonly AsyncContextThread _thread = new();
        private readonly ManualResetEventSlim _done = new();

        protected override void PostMany(Action callback, int count)
        {
            SynchronizationContext context = _thread.Context.SynchronizationContext;
            for (int i = 0; i < count; i++)
            {
                context.Post(s_invoke, callback);
            }
        }

        protected override void LastOneRan() => _done.Set();

        protected override void RunUntilLastOne()
        {
            _done.Wait();
            _done.Reset();
        }

        public override void Dispose()
        {
            _thread.Join();
            _thread.Dispose();
            _done.Dispose();
        }
    }
}
