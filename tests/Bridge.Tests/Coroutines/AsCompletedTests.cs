using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Row O14.</summary>
public sealed class AsCompletedTests : LoopTest
{
    private static Coroutine<string> After(double seconds, string name) => LoopTask.Sleep(TimeSpan.FromSeconds(seconds), name);

    [Fact(Timeout = 30000)]
    public void AsyncForEach_Coroutines_GivesTheirTasksAsTheyFinish() => Run(async Coroutine () =>
    {
        var names = new List<string>();
        await foreach (LoopTask<string> task in LoopTask.AsCompleted([After(2, "b"), After(3, "c"), After(1, "a")]))
        {
            Assert.True(task.IsDone);
            Assert.Same(Loop, EventLoop.Running);
            names.Add(task.GetResult());
        }

        Assert.Equal(["a", "b", "c"], names);
        Assert.Equal(TimeSpan.FromSeconds(3), Loop.Now);
    });

    [Fact(Timeout = 30000)]
    public void AsyncForEach_Futures_GivesTheSameObjects() => Run(async Coroutine () =>
    {
        LoopTask<string> a = LoopTask.Create(After(2, "a")), b = LoopTask.Create(After(1, "b"));
        var seen = new List<LoopTask<string>>();
        await foreach (LoopTask<string> task in LoopTask.AsCompleted([a, b, a]))
        {
            seen.Add(task);
        }

        Assert.Equal([b, a], seen);
    });

    [Fact(Timeout = 30000)]
    public void ForEach_Coroutines_EachGivesTheNextDone() => Run(async Coroutine () =>
    {
        var names = new List<string>();
        foreach (Coroutine<LoopTask<string>> next in LoopTask.AsCompleted([After(2, "b"), After(1, "a")]))
        {
            names.Add((await next).GetResult());
        }

        Assert.Equal(["a", "b"], names);
    });

    [Fact(Timeout = 30000)]
    public void ForEach_AwaitedInReverse_GoesByOrderOfWaiting() => Run(async Coroutine () =>
    {
        Coroutine<LoopTask<string>>[] all = [.. LoopTask.AsCompleted([After(1, "a"), After(2, "b")])];
        Assert.Equal("a", (await all[1]).GetResult());
        Assert.Equal("b", (await all[0]).GetResult());
    });

    [Fact(Timeout = 30000)]
    public void ForEach_AwaitedConcurrently_EachGetsOne() => Run(async Coroutine () =>
    {
        LoopTask<string>[] got = await LoopTask.Gather<LoopTask<string>>([.. LoopTask.AsCompleted([After(2, "b"), After(1, "a")])]);
        Assert.Equal("a,b", string.Join(',', got.Select(task => task.GetResult())));
    });

    [Fact(Timeout = 30000)]
    public void AsyncForEach_Timeout_ThrowsForThoseNotDone() => Run(async Coroutine () =>
    {
        LoopTask<string> a = LoopTask.Create(After(1, "a")), b = LoopTask.Create(After(9, "b")), c = LoopTask.Create(After(9, "c"));
        CompletionSequence<LoopTask<string>> sequence = LoopTask.AsCompleted([a, b, c], TimeSpan.FromSeconds(2));
        var enumerator = sequence.GetAsyncEnumerator();
        Assert.True(await enumerator.MoveNextAsync());
        Assert.Same(a, enumerator.Current);
        Assert.IsType<TimeoutException>(await Caught.By(enumerator.MoveNextAsync()));
        Assert.IsType<TimeoutException>(await Caught.By(enumerator.MoveNextAsync()));
        Assert.False(await enumerator.MoveNextAsync());
        Assert.Equal(TimeSpan.FromSeconds(2), Loop.Now);
        Assert.False(b.IsDone);
        await LoopTask.Gather<string>([b, c]);
    });

    [Fact(Timeout = 30000)]
    public void AsyncForEach_DoneInTime_LeavesNoTimer() => Run(async Coroutine () =>
    {
        await foreach (LoopTask<string> task in LoopTask.AsCompleted([After(1, "a")], TimeSpan.FromHours(1)))
        {
            Assert.Equal("a", task.GetResult());
        }

        Assert.Equal(0, Loop.TimerCount);
    });

    [Fact(Timeout = 30000)]
    public void AsyncForEach_Left_CanBeResumedInEitherForm() => Run(async Coroutine () =>
    {
        CompletionSequence<LoopTask<string>> sequence = LoopTask.AsCompleted([After(1, "a"), After(2, "b"), After(3, "c")]);
        var names = new List<string>();
        await foreach (LoopTask<string> task in sequence)
        {
            names.Add(task.GetResult());
            break;
        }

        foreach (Coroutine<LoopTask<string>> next in sequence)
        {
            names.Add((await next).GetResult());
            break;
        }

        await foreach (LoopTask<string> task in sequence)
        {
            names.Add(task.GetResult());
        }

        Assert.Equal(["a", "b", "c"], names);
    });

    [Fact(Timeout = 30000)]
    public void AsyncForEach_InTaskCode_ResumesOnTheLoop() => Run(async Coroutine () =>
    {
        async Task<int> TaskCode()
        {
            int count = 0;
            IAsyncEnumerable<LoopTask<string>> sequence = LoopTask.AsCompleted([After(1, "a"), After(2, "b")]);
            await foreach (LoopTask<string> task in sequence)
            {
                Assert.True(Loop.IsOnLoopThread);
                count++;
            }

            return count;
        }

        Assert.Equal(2, await TaskCode());
    });

    [Fact(Timeout = 30000)]
    public void AsyncForEach_TaskCancelled_EndsPromptlyAndLosesNothing() => Run(async Coroutine () =>
    {
        LoopTask<string> a = LoopTask.Create(After(1, "a")), b = LoopTask.Create(After(2, "b"));
        CompletionSequence<LoopTask<string>> sequence = LoopTask.AsCompleted([a, b]);
        Coroutine<LoopTask<string>>[] takers = [.. sequence];
        LoopTask<LoopTask<string>> first = LoopTask.Create(takers[0]), second = LoopTask.Create(takers[1]);
        await LoopTask.Yield();
        first.Cancel();
        Assert.IsType<LoopCanceledException>(await Caught.By(first));
        Assert.Same(a, await second);
        await b;
    });

    [Fact(Timeout = 30000)]
    public void AsyncForEach_Token_EndsTheWaitAndCancelsNoFuture() => Run(async Coroutine () =>
    {
        using var source = new CancellationTokenSource();
        LoopTask<string> slow = LoopTask.Create(After(9, "slow"));
        Loop.CallLater(TimeSpan.FromSeconds(1), source.Cancel);
        OperationCanceledException? caught = null;
        try
        {
            await foreach (LoopTask<string> task in LoopTask.AsCompleted([slow]).GetAsyncEnumeratorFor(source.Token))
            {
                Assert.Fail("Nothing was done.");
            }
        }
        catch (OperationCanceledException exception)
        {
            caught = exception;
        }

        Assert.Equal(source.Token, caught!.CancellationToken);
        Assert.Equal("slow", await slow);
    });

    [Fact(Timeout = 30000)]
    public void AsCompleted_BadInput_Throws()
    {
        Assert.Throws<InvalidOperationException>(() => { _ = LoopTask.AsCompleted([After(1, "a")]); });
        Assert.Throws<ArgumentNullException>(() => { _ = LoopTask.AsCompleted((LoopFuture[])null!); });
        Assert.Throws<ArgumentException>(() => { _ = LoopTask.AsCompleted([Loop.CreateFuture<int>(), null!]); });
    }

    [Fact(Timeout = 30000)]
    public void AsCompleted_Nothing_IsEmpty() => Run(async Coroutine () =>
    {
        await foreach (LoopTask task in LoopTask.AsCompleted(Array.Empty<Coroutine>()))
        {
            Assert.Fail("There is none.");
        }
    });
}

file static class WithToken
{
    internal static System.Runtime.CompilerServices.ConfiguredCancelableAsyncEnumerable<T> GetAsyncEnumeratorFor<T>(
        this CompletionSequence<T> sequence, CancellationToken token)
        where T : LoopFuture
        => ((IAsyncEnumerable<T>)sequence).WithCancellation(token);
}
