using System.Diagnostics;

namespace Bridge.Executors.Tests;

/// <summary>Needs 5 and 19: of a result, an exception and a cancel at the same time one wins, and everybody agrees. Bounded to about a second.</summary>
public sealed class CompletionRaceTests
{
    [Fact(Timeout = 30000)]
    public void Complete_FromThreeThreadsAtOnce_OneWinsAndAllAgree()
    {
        using var log = new FaultLog();
        var failure = new FormatException();
        ConcurrentFuture<int> future = null!;
        bool done = false;
        int[] won = new int[3];
        using var round = new Barrier(4);
        var racers = Enumerable.Range(0, 3).Select(racer => new Thread(() =>
        {
            while (true)
            {
                round.SignalAndWait();
                if (done)
                {
                    return;
                }

                won[racer] = Race(racer, future, failure) ? 1 : 0;
                round.SignalAndWait();
            }
        })).ToList();
        racers.ForEach(thread => thread.Start());

        long end = Stopwatch.GetTimestamp() + Stopwatch.Frequency;
        int callbacks = 0;
        while (Stopwatch.GetTimestamp() < end)
        {
            future = new ConcurrentFuture<int>();
            callbacks = 0;
            future.AddDoneCallback(_ => Interlocked.Increment(ref callbacks));
            round.SignalAndWait();
            var task = future.Task;
            future.AddDoneCallback(_ => Interlocked.Increment(ref callbacks));
            var (doneSet, _) = ConcurrentFuture.Wait([future], TimeSpan.Zero);
            round.SignalAndWait();
            Assert.Equal(1, won.Sum());
            Assert.Equal(2, callbacks);
            Assert.True(task.IsCompleted);
            Assert.True(future.Stopped.IsCompleted);
            Assert.Equal(won[0] == 1, task.IsCompletedSuccessfully);
            Assert.Equal(won[1] == 1, task.IsFaulted && ReferenceEquals(future.GetException(), failure));
            Assert.Equal(won[2] == 1, task.IsCanceled && future.IsCancelled);
            Assert.True(doneSet.Count <= 1);
        }

        done = true;
        round.SignalAndWait();
        racers.ForEach(thread => thread.Join());
        Assert.Empty(log.From(future));
    }

    [Fact(Timeout = 30000)]
    public void Cancel_RacesWithTheWorker_RunsOrIsCancelledNeverBoth()
    {
        using var executor = new ThreadPoolExecutor(2);
        long end = Stopwatch.GetTimestamp() + Stopwatch.Frequency;
        while (Stopwatch.GetTimestamp() < end)
        {
            const int Jobs = 64;
            int[] ran = new int[Jobs];
            bool[] cancelled = new bool[Jobs];
            var futures = new ConcurrentFuture<int>[Jobs];
            for (int i = 0; i < Jobs; i++)
            {
                int index = i;
                futures[i] = executor.Submit(() => Interlocked.Increment(ref ran[index]));
                if (i % 2 == 1)
                {
                    cancelled[i - 1] = futures[i - 1].Cancel();
                }
            }

            Assert.Empty(ConcurrentFuture.Wait(futures).NotDone);
            for (int i = 0; i < Jobs; i++)
            {
                Assert.Equal(cancelled[i] ? 0 : 1, ran[i]);
                Assert.Equal(cancelled[i], futures[i].IsCancelled);
            }
        }
    }

    private static bool Race(int racer, ConcurrentFuture<int> future, Exception failure) => racer switch
    {
        0 => future.TrySetResult(1),
        1 => future.TrySetException(failure),
        _ => future.TrySetCanceled(),
    };
}
