using Bridge.TestKit;

namespace Bridge.Tests.Adapters;

/// <summary>Need 12: calls share a thread by scope, not in the whole process.</summary>
public sealed class AffinityTests : LoopTest
{
    [Fact(Timeout = 60000)]
    public void RunAffine_ManyScopesBlockAtATime_EachHasItsOwnThread() => Run(async Coroutine () =>
    {
        // All of them are inside their call at once, so none waits for another.
        using var together = new Barrier(20);
        int[][] threads = await LoopTask.Gather([.. Enumerable.Range(0, 20).Select(_ => LoopTask.Create(Request()))]);
        Assert.All(threads, ofOne => Assert.Single(ofOne.Distinct()));
        Assert.Equal(20, threads.Select(ofOne => ofOne[0]).Distinct().Count());

        async Coroutine<int[]> Request()
        {
            using var scope = new AffinityScope();
            int first = await Loop.RunAffine(Affinity.Scope, () =>
            {
                together.SignalAndWait();
                return Environment.CurrentManagedThreadId;
            });
            return [first, await Nested()];
        }

        async Coroutine<int> Nested() => await Loop.RunAffine(Affinity.Scope, () => Environment.CurrentManagedThreadId);
    });

    [Fact(Timeout = 30000)]
    public void RunAffine_OfTheLoop_AllShareOneThreadInOrder() => Run(async Coroutine () =>
    {
        var order = new List<int>();
        int[] threads = await LoopTask.Gather([.. Enumerable.Range(0, 10).Select(number => Loop.RunAffine(Affinity.Loop, () =>
        {
            order.Add(number);
            return Environment.CurrentManagedThreadId;
        }))]);
        Assert.Single(threads.Distinct());
        Assert.Equal(Enumerable.Range(0, 10), order);
    });

    [Fact(Timeout = 30000)]
    public void RunAffine_None_UsesTheDefaultExecutor() => Run(async Coroutine () =>
        Assert.StartsWith(Loop.Name, await Loop.RunAffine(Affinity.None, () => Thread.CurrentThread.Name), StringComparison.Ordinal));

    [Fact(Timeout = 30000)]
    public void RunAffine_NoScopeOrOneThatHasEnded_Throws() => Run(async Coroutine () =>
    {
        Assert.Contains("AffinityScope", Assert.Throws<InvalidOperationException>(() => Loop.RunAffine(Affinity.Scope, () => { })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.RunAffine((Affinity)9, () => { }));
        using var outer = new AffinityScope("outer");
        var inner = new AffinityScope("inner");
        Assert.Same(inner, AffinityScope.Current);
        Assert.Equal("inner", await Loop.RunAffine(Affinity.Scope, () => Thread.CurrentThread.Name));
        inner.Dispose();
        inner.Dispose();
        Assert.Same(outer, AffinityScope.Current);
        Assert.Throws<InvalidOperationException>(() => Loop.RunInExecutor(inner.Executor, () => { }));
        Assert.Equal("outer", await Loop.RunAffine(Affinity.Scope, () => Thread.CurrentThread.Name));
    });
}
