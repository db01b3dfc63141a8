namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/library-that-blocks.md</summary>
public sealed class LibraryThatBlocksPage
{
    [Fact(Timeout = 30000)]
    public void Offload_RunsItElsewhere() => EventLoop.Run(async Coroutine () =>
    {
        EventLoop loop = EventLoop.Running;
        #region library-that-blocks.offload
        int rows = await loop.Offload(() => OldLibrary.Load());
        string text = await loop.Offload(() => OldLibrary.LoadTextAsync());
        #endregion
        Assert.Equal(3, rows);
        Assert.Equal("3", text);
    });

    [Fact(Timeout = 30000)]
    public void BlockingScope_RunsItHere() => EventLoop.Run(async Coroutine () =>
    {
        EventLoop loop = EventLoop.Running;
        #region library-that-blocks.scope
        int rows = loop.BlockingScope(() => OldLibrary.Load());
        #endregion
        Assert.Equal(3, rows);
        await LoopTask.Yield();
    });

    [Fact(Timeout = 30000)]
    public void Policies_FindIt() => EventLoop.Run(async Coroutine () =>
    {
        EventLoop loop = EventLoop.Running;
        #region library-that-blocks.policy
        loop.BlockingWaits = BlockingWaitPolicy.Throw;
        loop.StartWatchdog(TimeSpan.FromMilliseconds(100));
        loop.BlockingHandler = block => Console.Error.WriteLine(block);
        #endregion
        Assert.Throws<BlockingWaitException>(() => OldLibrary.Load());
        await LoopTask.Yield();
    });

    private static class OldLibrary
    {
        internal static int Load() => LoadAsync().Result;

        internal static async Task<string> LoadTextAsync() => (await LoadAsync()).ToString(System.Globalization.CultureInfo.InvariantCulture);

        private static async Task<int> LoadAsync()
        {
            // Never completes at once, without a clock; and it goes on under the SynchronizationContext it began under, if there is one.
            await Task.Yield();
            return 3;
        }
    }
}
