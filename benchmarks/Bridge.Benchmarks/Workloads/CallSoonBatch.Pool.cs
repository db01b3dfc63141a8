namespace Bridge.Benchmarks.Workloads;

/// <summary>The batch of <see cref="CallSoonBatch"/> as work items of the thread pool; whichever item ends a batch queues the next.</summary>
public sealed class PoolBatch : Workload
{
    private const int BatchSize = 1000;

    private readonly ManualResetEventSlim _done = new();
    private readonly WaitCallback _callback;
    private int _left;

    /// <summary>Items of the batch still to run; pool threads count it down (interlocked), the one that reaches zero owns the next batch.</summary>
    private int _running;

    public PoolBatch() => _callback = _ => CountDown();

    public override void RunOnce(int operations)
    {
        _left = operations;
        _done.Reset();
        Refill();
        _done.Wait();
    }

    public override void Dispose() => _done.Dispose();

    private void CountDown()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            Refill();
        }
    }

    private void Refill()
    {
        if (_left == 0)
        {
            _done.Set();
            return;
        }

        int batch = Math.Min(BatchSize, _left);
        _left -= batch;
        Volatile.Write(ref _running, batch);
        for (int i = 0; i < batch; i++)
        {
            ThreadPool.QueueUserWorkItem(_callback);
        }
    }
}
