using System.Collections.Concurrent;
using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Stress;

/// <summary>Row C6: a post that other threads cancel while it comes up either never runs or runs once, and the canceller knows which.</summary>
public sealed class CancelStressTests
{
    [Theory(Timeout = 600000)]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancel_WhileTheLoopRuns_IsTrueExactlyForPostsThatDoNotRun(int cancellers)
    {
        int posts = StressLevel.Choose(20_000, 1_000_000);
        var ran = new int[posts];
        var cancelled = new int[posts];
        using var posted = new BlockingCollection<(int Number, Handle Handle)>(boundedCapacity: 64);
        using var thread = new LoopThread(new SelectorEventLoop(Selector.CreateDefault()));
        ProducerThreads.Run(
            cancellers,
            _ =>
            {
                foreach ((int number, Handle handle) in posted.GetConsumingEnumerable())
                {
                    if (handle.Cancel())
                    {
                        Interlocked.Increment(ref cancelled[number]);
                    }

                    // A second cancel never succeeds, whoever wins the race with the loop.
                    Interlocked.Add(ref cancelled[number], handle.Cancel() ? 100 : 0);
                }
            },
            () => PostAndOffer(thread.Loop, ran, posted));
        thread.RunOnLoop(() => { });
        AssertEachRanOrWasCancelled(ran, cancelled);
    }

    [Fact(Timeout = 600000)]
    public void Cancel_OfTheSamePostsByManyThreads_SucceedsOnce()
    {
        const int Threads = 4;
        int rounds = StressLevel.Choose(300, 10_000);
        const int PostsPerRound = 32;
        using var thread = new LoopThread(new SelectorEventLoop(Selector.CreateDefault()));
        var ran = new int[PostsPerRound];
        var cancelled = new int[PostsPerRound];
        var handles = new Handle[PostsPerRound];
        using var round = new Barrier(Threads, _ => NextRound(thread, ran, cancelled, handles));
        ProducerThreads.Run(Threads, _ =>
        {
            for (int i = 0; i < rounds; i++)
            {
                round.SignalAndWait();
                for (int number = 0; number < PostsPerRound; number++)
                {
                    Interlocked.Add(ref cancelled[number], handles[number].Cancel() ? 1 : 0);
                }
            }
        });
        thread.RunOnLoop(() => { });
        AssertEachRanOrWasCancelled(ran, cancelled);
    }

    [Fact(Timeout = 600000)]
    public void Close_WhileProducersPost_RunsDropsOrRefusesEachPost()
    {
        int rounds = StressLevel.Choose(30, 2_000);
        for (int i = 0; i < rounds; i++)
        {
            long ran = 0;
            long accepted = 0;
            var loop = new SelectorEventLoop(Selector.CreateDefault());
            var thread = new LoopThread(loop);
            ProducerThreads.Run(
                3,
                _ =>
                {
                    // Until the loop refuses; that it does so at last is part of the test.
                    while (loop.TryCallSoonThreadSafe(() => ran++))
                    {
                        Interlocked.Increment(ref accepted);
                    }
                },
                () =>
                {
                    thread.RunOnLoop(() => { });
                    thread.Dispose();
                });
            long ranAtClose = ran;
            Assert.False(loop.TryCallSoonThreadSafe(() => ran++));
            Assert.InRange(ranAtClose, 0, accepted);
            Assert.Equal(ranAtClose, ran);
            Assert.Equal(accepted + 2, loop.Posts);
        }
    }

    private static void PostAndOffer(EventLoop loop, int[] ran, BlockingCollection<(int Number, Handle Handle)> posted)
    {
        for (int i = 0; i < ran.Length; i++)
        {
            int number = i;
            posted.Add((number, loop.CallSoonThreadSafe(() => ran[number]++)));
        }

        posted.CompleteAdding();
    }

    /// <summary>All cancellers wait: checks the last round and makes new posts.</summary>
    private static void NextRound(LoopThread thread, int[] ran, int[] cancelled, Handle[] handles)
    {
        thread.RunOnLoop(() => { });
        if (handles[0] != default)
        {
            AssertEachRanOrWasCancelled(ran, cancelled);
        }

        Array.Clear(ran);
        Array.Clear(cancelled);
        for (int i = 0; i < handles.Length; i++)
        {
            int number = i;
            handles[number] = thread.Loop.CallSoonThreadSafe(() => ran[number]++);
        }
    }

    private static void AssertEachRanOrWasCancelled(int[] ran, int[] cancelled)
    {
        for (int i = 0; i < ran.Length; i++)
        {
            Assert.True(ran[i] + cancelled[i] == 1, $"Post {i} ran {ran[i]} times, and {cancelled[i]} cancels succeeded.");
        }
    }
}
