namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/bridge-queue.md</summary>
public sealed class BridgeQueuePage
{
    [Fact(Timeout = 30000)]
    public void Queue_OldThreadAndLoop_PassItems()
    {
        var orders = new BridgeQueue<int>(bound: 100);
        var thread = new Thread(() => Produce(orders)) { IsBackground = true };
        thread.Start();
        Assert.Equal(4950, EventLoop.Run(() => Consume(orders)));
        thread.Join();
    }

    private static void Produce(BridgeQueue<int> orders)
    {
        #region bridge-queue-thread
        for (int i = 0; i < 100; i++)
        {
            orders.Put(i);
        }

        orders.Complete();
        #endregion
    }

    private static async Coroutine<int> Consume(BridgeQueue<int> orders)
    {
        int sum = 0;
        #region bridge-queue-loop
        await foreach (int order in orders.TakeAllAsync())
        {
            sum += order;
        }
        #endregion
        return sum;
    }
}
