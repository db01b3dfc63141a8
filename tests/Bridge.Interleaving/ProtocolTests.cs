namespace Bridge.Interleaving;

/// <summary>The gate, the cancel protocol below sequential consistency, and the future of the executors.</summary>
public sealed class ProtocolTests
{
    [Theory(Timeout = 1200000)]
    [InlineData(2, 6)]
    [InlineData(3, 3)]
    public void SpinGate_InEverySchedule_LetsOneThreadIn(int threads, int preemptions)
        => Explorer.Prove(preemptions, () => new GateModel(threads, correct: true));

    [Theory(Timeout = 1200000)]
    [InlineData(1, 20)]
    [InlineData(2, 3)]
    public void Cancel_WithDelayedStoresAndTheProcessWideFence_LosesNothing(int posts, int preemptions)
        => Explorer.Prove(preemptions, () => new StoreBufferModel(posts, fence: true));

    [Theory(Timeout = 1200000)]
    [InlineData(1, 1, 1, 3)]
    [InlineData(2, 1, 0, 3)]
    [InlineData(1, 2, 0, 3)]
    [InlineData(1, 0, 2, 2)]
    [InlineData(1, 1, 2, 1)]
    public void ConcurrentFuture_CompletedCancelledAndWaitedForAtOnce_HasOneOutcome(int workers, int cancellers, int waiters, int preemptions)
        => Explorer.Prove(preemptions, () => new FutureCompletionModel(workers, cancellers, waiters));
}
