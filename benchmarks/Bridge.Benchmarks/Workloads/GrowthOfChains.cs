namespace Bridge.Benchmarks.Workloads;

/// <summary>A chain of so many futures, each completed by a done callback of the one before. One operation is one link: made, and passed.</summary>
public sealed class CallbackChain(int links) : CoroutineWorkload
{
    protected override async Coroutine Body(int operations)
    {
        for (int left = operations; left > 0; left -= links)
        {
            LoopFuture<int> first = Loop.CreateFuture<int>();
            LoopFuture<int> last = first;
            for (int i = 0; i < links; i++)
            {
                LoopFuture<int> next = Loop.CreateFuture<int>();
                last.AddDoneCallback(_ => next.SetResult(1));
                last = next;
            }

            first.SetResult(1);
            await last;
        }
    }
}

/// <summary>The same with Futures.Chain, which also carries failures and cancellation, and cancels back.</summary>
public sealed class ChainedFutures(int links) : CoroutineWorkload
{
    protected override async Coroutine Body(int operations)
    {
        for (int left = operations; left > 0; left -= links)
        {
            LoopFuture<int> first = Loop.CreateFuture<int>();
            LoopFuture<int> last = first;
            for (int i = 0; i < links; i++)
            {
                LoopFuture<int> next = Loop.CreateFuture<int>();
                Futures.Chain(last, next);
                last = next;
            }

            first.SetResult(1);
            await last;
        }
    }
}
