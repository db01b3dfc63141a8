using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Rows C6, F1, F4, G2, W12.</summary>
public sealed class ThreadSafetyTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void EveryMember_OnAnotherThreadWhileRunning_ThrowsNamingLoopThreadsAndRemedy()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        Loop.CallSoon(() =>
        {
            Action[] calls =
            [
                () => Loop.CallSoon(() => { }), () => Loop.CallLater(default, () => { }), () => Loop.CallAt(default, _ => { }, null),
                Loop.Stop, () => Loop.ExceptionHandler = null, () => Loop.TaskFactory = null,
                () => future.SetResult(1), () => future.TrySetResult(1), () => future.SetException(new FormatException()),
                () => future.TrySetException(new FormatException()), () => future.Cancel(), () => future.GetResult(), () => future.GetException(),
                () => future.AddDoneCallback(_ => { }), () => future.RemoveDoneCallback(_ => { }),
                () => Loop.CreateTask(LoopTask.Sleep(default)),
            ];
            int loopThread = Environment.CurrentManagedThreadId;
            OtherThread.Run(() => Assert.All(calls, call =>
            {
                string text = Assert.Throws<InvalidOperationException>(call).Message;
                Assert.Contains("'test'", text, StringComparison.Ordinal);
                Assert.Contains($"thread {loopThread};", text, StringComparison.Ordinal);
                Assert.Contains($"thread {Environment.CurrentManagedThreadId}.", text, StringComparison.Ordinal);
                Assert.Contains("CallSoonThreadSafe", text, StringComparison.Ordinal);
            }));
        });
        RunTurns();
        Assert.Empty(Reports);
        Assert.False(future.IsDone);
    }

    [Fact(Timeout = 30000)]
    public void CallSoonThreadSafe_FromManyThreads_KeepsEachThreadsOrder()
    {
        const int Threads = 4;
        const int Posts = 5000;
        var seen = new List<int>[Threads];
        int left = Threads * Posts;
        var producers = new List<Thread>();
        for (int t = 0; t < Threads; t++)
        {
            List<int> mine = seen[t] = [];
            producers.Add(OtherThread.Start(() =>
            {
                for (int i = 0; i < Posts; i++)
                {
                    int number = i;
                    Loop.CallSoonThreadSafe(() =>
                    {
                        mine.Add(number);
                        if (--left == 0)
                        {
                            Loop.Stop();
                        }
                    });
                }
            }));
        }

        Loop.RunForever();
        producers.ForEach(producer => producer.Join());
        Assert.All(seen, numbers => Assert.Equal(Enumerable.Range(0, Posts), numbers));
        Assert.Equal(Threads * Posts, Loop.Posts);
    }

    [Fact(Timeout = 120000)]
    public void Cancel_RacingWithTheRun_ExactlyOneOfThemWins()
    {
        // Each round yields, and on a busy machine a yield costs a time slice: many more rounds would run into the limit.
        const int Rounds = 10_000;
        int[] runs = new int[Rounds];
        bool[] cancelled = new bool[Rounds];
        bool[] again = new bool[Rounds];
        Thread canceller = OtherThread.Start(() =>
        {
            var spin = default(SpinWait);
            for (int i = 0; i < Rounds; i++)
            {
                int round = i;
                Handle handle = Loop.CallSoonThreadSafe(() => runs[round]++);
                for (int wait = round % 7; wait > 0; wait--)
                {
                    spin.SpinOnce(-1);
                }

                cancelled[round] = handle.Cancel();
                again[round] = handle.Cancel();
            }

            Loop.CallSoonThreadSafe(Loop.Stop);
        });
        Loop.RunForever();
        canceller.Join();
        Assert.All(Enumerable.Range(0, Rounds), i => Assert.Equal(cancelled[i] ? 0 : 1, runs[i]));
        Assert.DoesNotContain(true, again);
    }

    [Fact(Timeout = 30000)]
    public void Cancel_PostTakenButNotStarted_IsInTimeFromAnyThread()
    {
        Handle second = default;
        bool cancelled = false;
        bool pendingAfterwards = true;
        OtherThread.Run(() =>
        {
            Loop.CallSoonThreadSafe(() => OtherThread.Run(() =>
            {
                Assert.True(second.IsPending);
                cancelled = second.Cancel();
                pendingAfterwards = second.IsPending;
            }));
            second = Loop.CallSoonThreadSafe(() => Assert.Fail("ran"));
        });
        RunTurns(2);
        Assert.True(cancelled);
        Assert.False(pendingAfterwards);
        Assert.Empty(Reports);
    }

    [Fact(Timeout = 30000)]
    public void Send_FromAnotherThread_RunsOnTheLoopAndWaits()
    {
        int loopThread = Environment.CurrentManagedThreadId;
        int ranOn = 0;
        Exception? thrown = null;
        var failure = new FormatException();
        Thread sender = OtherThread.Start(() =>
        {
            Loop.SynchronizationContext.Send(_ => ranOn = Environment.CurrentManagedThreadId, null);
            thrown = Record.Exception(() => Loop.SynchronizationContext.Send(_ => throw failure, null));
            Loop.CallSoonThreadSafe(Loop.Stop);
        });
        Loop.RunForever();
        sender.Join();
        Assert.Equal(loopThread, ranOn);
        Assert.Same(failure, thrown);
    }

    [Fact(Timeout = 30000)]
    public void Send_OnTheLoopThread_RunsInline()
    {
        bool inline = false;
        Loop.CallSoon(() =>
        {
            bool sent = false;
            SynchronizationContext.Current!.Send(_ => sent = true, null);
            inline = sent;
        });
        RunTurns();
        Assert.True(inline);
    }

    [Fact(Timeout = 30000)]
    public void Send_LoopClosesBeforeItRuns_EndsTheWait()
    {
        Exception? thrown = null;
        Thread sender = OtherThread.Start(() => thrown = Record.Exception(() => Loop.SynchronizationContext.Send(_ => Assert.Fail("ran"), null)));
        SpinWait.SpinUntil(() => Loop.Posts == 1);
        Loop.Close();
        sender.Join();
        Assert.IsType<ObjectDisposedException>(thrown);
    }
}
