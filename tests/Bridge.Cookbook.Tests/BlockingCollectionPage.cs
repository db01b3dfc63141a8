using System.Collections.Concurrent;

namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/blocking-collection.md</summary>
public sealed class BlockingCollectionPage
{
    [Fact(Timeout = 30000)]
    public void Drain_FilledByAThread_GivesAllInOrder() => EventLoop.Run(async Coroutine () =>
    {
        using var queue = new BlockingCollection<int>(boundedCapacity: 10);
        var producer = new Thread(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                queue.Add(i);
            }

            queue.CompleteAdding();
        })
        { IsBackground = true };
        producer.Start();
        Assert.Equal(Enumerable.Range(0, 100), await Consume(EventLoop.Running, queue, CancellationToken.None));
        producer.Join();
    });

    private static async Coroutine<List<int>> Consume(EventLoop loop, BlockingCollection<int> queue, CancellationToken token)
    {
        List<int> handled = [];
        #region blocking-collection
        await foreach (int item in loop.Drain(queue, maxAhead: 100, token))
        {
            handled.Add(item);
        }
        #endregion
        return handled;
    }
}
