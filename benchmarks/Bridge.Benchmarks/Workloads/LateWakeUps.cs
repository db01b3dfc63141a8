using System.Diagnostics;
using Nito.AsyncEx;

namespace Bridge.Benchmarks.Workloads;

/// <summary>Waking a thread that has slept for a while: from the post to the callback. The figure is the median.</summary>
/// <remarks>Both processors have gone idle by then, which is what makes it slow; no spin helps after so long.</remarks>
public abstract class LateWakeUps : Workload
{
    private static readonly TimeSpan s_sleep = TimeSpan.FromMilliseconds(20);

    private readonly Samples _samples = new();
    private readonly Action _callback;

    /// <summary>When the callback ran; written by the thread that was woken, 0 until then.</summary>
    private long _ranAt;

    protected LateWakeUps() => _callback = () => Volatile.Write(ref _ranAt, Stopwatch.GetTimestamp());

    public override double? Figure => _samples.Median;

    public override string? Remark => _samples.Tail;

    public sealed override void RunOnce(int operations)
    {
        _samples.Begin(operations);
        Thread.Sleep(s_sleep);
        for (int i = 0; i < operations; i++)
        {
            Volatile.Write(ref _ranAt, 0);
            long start = Stopwatch.GetTimestamp();
            Post(_callback);

            // The measuring thread gets out of the way, and the other falls asleep again.
            Thread.Sleep(s_sleep);
            SpinWait.SpinUntil(() => Volatile.Read(ref _ranAt) != 0);
            _samples.Add(Stopwatch.GetElapsedTime(start, Volatile.Read(ref _ranAt)).TotalNanoseconds);
        }
    }

    protected abstract void Post(Action callback);

    /// <summary>A loop of ours on a thread of its own.</summary>
    public sealed class OnBridge : LateWakeUps
    {
        private readonly EventLoopThread _thread = new(options: new EventLoopOptions { Name = "sleeper", Debug = false });

        protected override void Post(Action callback) => _thread.Loop.CallSoonThreadSafe(callback);

        public override void Dispose() => _thread.Dispose();
    }

    /// <summary>Nito's AsyncContextThread.</summary>
    public sealed class OnNito : LateWakeUps
    {
        private static readonly SendOrPostCallback s_invoke = static callback => ((Action)callback!)();
        private readonly AsyncContextThread _thread = new();

        protected override void Post(Action callback) => _thread.Context.SynchronizationContext.Post(s_invoke, callback);

        public override void Dispose()
        {
            _thread.Join();
            _thread.Dispose();
        }
    }
}
