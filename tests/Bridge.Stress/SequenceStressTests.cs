using Bridge.TestKit;

namespace Bridge.Stress;

/// <summary>Need 38: from a thread over a loop to another thread, a million items in order, the first error last.</summary>
public sealed class SequenceStressTests
{
    [Theory(Timeout = 600000)]
    [InlineData(1)]
    [InlineData(64)]
    public void SyncToAsyncToSync_AllItemsInOrderThenTheErrorAndNeverFurtherAheadThanAllowed(int buffer)
    {
        int items = StressLevel.Choose(20_000, 1_000_000);
        int given = 0;
        int taken = 0;
        int disposals = 0;
        using var loop = new LoopThread(new SelectorEventLoop());
        Exception? thrown = Record.Exception(() =>
        {
            foreach (int item in Pass(Numbers(), loop.Loop).ToBlocking(loop.Loop, buffer))
            {
                Assert.Equal(taken, item);
                taken++;

                // Both buffers, and what is on its way between them.
                Assert.InRange(Volatile.Read(ref given) - taken, 0, 2 * buffer + 1);
            }
        });

        Assert.Equal("the end", Assert.IsType<InvalidDataException>(thrown).Message);
        Assert.Equal((items, 1), (taken, disposals));

        async IAsyncEnumerable<int> Pass(IEnumerable<int> source, EventLoop on)
        {
            await foreach (int item in source.On(on, buffer))
            {
                yield return item;
            }
        }

        IEnumerable<int> Numbers()
        {
            try
            {
                for (int i = 0; i < items; i++)
                {
                    Volatile.Write(ref given, i + 1);
                    yield return i;
                }

                throw new InvalidDataException("the end");
            }
            finally
            {
                disposals++;
            }
        }
    }
}
