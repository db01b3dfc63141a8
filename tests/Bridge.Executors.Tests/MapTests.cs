using System.Runtime.CompilerServices;

namespace Bridge.Executors.Tests;

/// <summary>Row V2: Map.</summary>
public sealed class MapTests
{
    [Fact(Timeout = 30000)]
    public void Map_Items_GivesResultsInTheirOrder()
    {
        using var executor = new ThreadPoolExecutor(4);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => i * i), executor.Map(i => i * i, Enumerable.Range(0, 100)));
        Assert.Empty(executor.Map((int i) => i, []));
    }

    [Fact(Timeout = 30000)]
    public void Map_NeverEnumerated_RunsEverything()
    {
        int runs = 0;
        using (var executor = new ThreadPoolExecutor(2))
        {
            executor.Map(_ => Interlocked.Increment(ref runs), Enumerable.Range(0, 10));
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(10, runs);
    }

    [Fact(Timeout = 30000)]
    public void Map_OneFails_ThrowsAtItsPlaceAndCancelsTheRest()
    {
        using var executor = new ThreadPoolExecutor(1);
        using var gate = new Gate();
        int runs = 0;
        using var results = executor.Map(Apply, Enumerable.Range(0, 5)).GetEnumerator();
        Assert.True(results.MoveNext());
        Assert.Equal(0, results.Current);

        // Asking for the one that failed cancels all that have not begun.
        gate.WaitUntilEntered();
        Assert.Throws<FormatException>(() => results.MoveNext());
        gate.Open();
        Assert.False(results.MoveNext());
        executor.Shutdown();
        Assert.Equal(3, runs);

        int Apply(int item)
        {
            Interlocked.Increment(ref runs);
            if (item == 2)
            {
                gate.Pass();
            }

            return item == 1 ? throw new FormatException() : item;
        }
    }

    [Fact(Timeout = 30000)]
    public void Map_TimeIsUp_ThrowsAtTheUnfinishedOne()
    {
        using var executor = new ThreadPoolExecutor(2);
        using var gate = new Gate();
        var results = executor.Map(item =>
        {
            if (item == 1)
            {
                gate.Pass();
            }

            return item;
        }, [0, 1, 2], timeout: TimeSpan.FromMilliseconds(50));
        gate.WaitUntilEntered();
        var seen = new List<int>();
        Assert.Throws<TimeoutException>(() =>
        {
            foreach (int item in results)
            {
                seen.Add(item);
            }
        });
        Assert.True(seen.Count <= 1);
        gate.Open();
    }

    [Fact(Timeout = 30000)]
    public void Map_BufferSize_SubmitsThatManyAhead()
    {
        using var executor = new ThreadPoolExecutor(2);
        int taken = 0;
        using (var results = executor.Map(item => item, Source(), bufferSize: 3).GetEnumerator())
        {
            Assert.Equal(3, taken);
            Assert.True(results.MoveNext());
            Assert.Equal(4, taken);
            Assert.True(results.MoveNext());
            Assert.Equal(5, taken);
        }

        Assert.Equal(-1, taken);
        Assert.Equal([10, 11, 12], executor.Map(item => item, [10, 11, 12], bufferSize: 10));

        IEnumerable<int> Source()
        {
            try
            {
                while (true)
                {
                    yield return taken++;
                }
            }
            finally
            {
                taken = -1;
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Map_BadArguments_ThrowAtTheCall()
    {
        using var executor = new ThreadPoolExecutor(1);
        Assert.Throws<ArgumentNullException>("function", () => executor.Map((Func<int, int>)null!, [1]));
        Assert.Throws<ArgumentNullException>("items", () => executor.Map((int i) => i, null!));
        Assert.Throws<ArgumentOutOfRangeException>("bufferSize", () => executor.Map(i => i, [1], bufferSize: 0));
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => executor.Map(i => i, [1], timeout: TimeSpan.FromSeconds(-9)));
        executor.Shutdown();
        Assert.Throws<InvalidOperationException>(() => executor.Map(i => i, [1]));
    }

    [Fact(Timeout = 30000)]
    public void Map_EnumeratedTwice_Throws()
    {
        using var executor = new ThreadPoolExecutor(1);
        var results = executor.Map(i => i, [1]);
        Assert.Equal([1], results);
        Assert.Throws<InvalidOperationException>(() => results.ToList());
    }

    [Fact(Timeout = 30000)]
    public void Map_SourceThrows_CancelsWhatWasSubmitted()
    {
        using var executor = new ThreadPoolExecutor(1);
        using var gate = new Gate();
        executor.Submit(gate.Pass);
        gate.WaitUntilEntered();
        int runs = 0;
        Assert.Throws<FormatException>(() => executor.Map(_ => Interlocked.Increment(ref runs), Source()));
        gate.Open();
        executor.Shutdown();
        Assert.Equal(0, runs);

        static IEnumerable<int> Source()
        {
            yield return 1;
            throw new FormatException();
        }
    }

    [Fact(Timeout = 30000)]
    public void Map_EnumerationDropped_CancelsWhatHasNotBegun()
    {
        using var executor = new ThreadPoolExecutor(1);
        using var gate = new Gate();
        int runs = 0;
        StartAndDrop();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        gate.Open();
        executor.Shutdown();
        Assert.Equal(2, runs);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void StartAndDrop()
        {
            var results = executor.Map(Apply, Enumerable.Range(0, 5)).GetEnumerator();
            Assert.True(results.MoveNext());
            gate.WaitUntilEntered();
        }

        int Apply(int item)
        {
            Interlocked.Increment(ref runs);
            if (item == 1)
            {
                gate.Pass();
            }

            return item;
        }
    }
}
