using System.Threading.Channels;
using Bridge.Benchmarks.Worlds;
using Nito.AsyncEx;

namespace Bridge.Benchmarks.Workloads;

/// <summary>Two threads with a queue each that wake each other in turn. One operation is there and back.</summary>
public abstract partial class RoundTrips : Workload
{
    private readonly Action _onThere;
    private readonly Action _onBack;
    private int _left;

    protected RoundTrips()
    {
        _onThere = () => PostHere(_onBack!);
        _onBack = () =>
        {
            if (--_left == 0)
            {
                LastOneRan();
                return;
            }

            PostThere(_onThere);
        };
    }

    public sealed override void RunOnce(int operations)
    {
        _left = operations;
        RunUntilLastOne(() => PostThere(_onThere));
    }

    protected abstract void PostThere(Action callback);

    protected abstract void PostHere(Action callback);

    protected abstract void LastOneRan();

    protected abstract void RunUntilLastOne(Action first);

    /// <summary>Two loops: one on the measuring thread, one on a thread of its own.</summary>
    public class OnBridge(EventLoopOptions? options) : RoundTrips
    {
        private readonly BridgeWorld _here = new(options);
        private readonly SelectorEventLoop _there = new(options: options ?? new EventLoopOptions { Name = "other", Debug = false });
        private Thread? _thread;

        public OnBridge()
            : this(null)
        {
        }

        /// <summary>The loop on the measuring thread.</summary>
        protected SelectorEventLoop Here => _here.Loop;

        public override void Setup()
        {
            _thread = new Thread(_there.RunForever) { IsBackground = true, Name = "other loop" };
            _thread.UnsafeStart();
        }

        protected override void PostThere(Action callback) => _there.CallSoonThreadSafe(callback);

        protected override void PostHere(Action callback) => _here.Loop.CallSoonThreadSafe(callback);

        protected override void LastOneRan() => _here.Loop.Stop();

        protected override void RunUntilLastOne(Action first) => _here.Run(first);

        public override void Dispose()
        {
            _there.CallSoonThreadSafe(_there.Stop);
            _thread?.Join();
            _there.Dispose();
            _here.Dispose();
        }
    }

    /// <summary>Two of Nito's AsyncContextThreads.</summary>
    public sealed class OnNito : RoundTrips
    {
        private static readonly SendOrPostCallback s_invoke = static callback => ((Action)callback!)();
        private readonly AsyncContextThread _here = new();
        private readonly AsyncContextThread _there = new();
        private readonly ManualResetEventSlim _done = new();

        protected override void PostThere(Action callback) => _there.Context.SynchronizationContext.Post(s_invoke, callback);

        protected override void PostHere(Action callback) => _here.Context.SynchronizationContext.Post(s_invoke, callback);

        protected override void LastOneRan() => _done.Set();

        protected override void RunUntilLastOne(Action first)
        {
            PostHere(first);
            _done.Wait();
            _done.Reset();
        }

        public override void Dispose()
        {
            _here.Join();
            _there.Join();
            _here.Dispose();
            _there.Dispose();
            _done.Dispose();
        }
    }

    /// <summary>Two channels with async readers on the pool.</summary>
    public sealed class OnChannels : RoundTrips
    {
        private readonly Channel<Action> _here = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
        private readonly Channel<Action> _there = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
        private readonly ManualResetEventSlim _done = new();
        private Task _readers = Task.CompletedTask;

        public override void Setup() => _readers = Task.WhenAll(Task.Run(() => ReadAsync(_here.Reader)), Task.Run(() => ReadAsync(_there.Reader)));

        protected override void PostThere(Action callback) => _there.Writer.TryWrite(callback);

        protected override void PostHere(Action callback) => _here.Writer.TryWrite(callback);

        protected override void LastOneRan() => _done.Set();

        protected override void RunUntilLastOne(Action first)
        {
            PostHere(first);
            _done.Wait();
            _done.Reset();
        }

        public override void Dispose()
        {
            _here.Writer.Complete();
            _there.Writer.Complete();
            _readers.GetAwaiter().GetResult();
            _done.Dispose();
        }

        private static async Task ReadAsync(ChannelReader<Action> reader)
        {
            while (await reader.WaitToReadAsync())
            {
                while (reader.TryRead(out Action? callback))
                {
                    callback();
                }
            }
        }
    }
}
