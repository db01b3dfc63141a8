namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/crossing.md</summary>
public sealed class CrossingPage
{
    [Fact(Timeout = 30000)]
    public async Task SwitchToAsync_FromThePool_SetsWhatTheLoopOwns()
    {
        using var thread = new EventLoopThread();
        using var source = new StringReader("news");
        var cache = new Cache(thread.Loop);
        await Task.Run(() => Refresh(thread.Loop, source, cache));
        Assert.Equal("news", cache.Text);
    }

    [Fact(Timeout = 30000)]
    public void Dispose_FromTheOtherSide_RunsWhereItBelongs()
    {
        using var thread = new EventLoopThread();
        var session = new Session();
        Use(thread.Loop, session);
        Assert.Same(thread.Loop, session.DisposedOn);
        thread.Run(async Coroutine () =>
        {
            var file = new SlowFile();
            await Write(EventLoop.Running, file);
            Assert.True(file.IsClosedElsewhere);
        });
    }

    private static async Task Refresh(EventLoop loop, TextReader source, Cache cache)
    {
        #region crossing-switch
        string text = await source.ReadToEndAsync().ConfigureAwait(false);
        await loop.SwitchToAsync();
        cache.Set(text);
        #endregion
    }

    private static void Use(EventLoop loop, Session session)
    {
        #region crossing-dispose-on
        using IDisposable end = session.DisposeOn(loop);
        #endregion
    }

    private static async Coroutine Write(EventLoop loop, SlowFile file)
    {
        #region crossing-dispose-off-loop
        await using IAsyncDisposable end = file.DisposeOffLoop(loop);
        #endregion
        await LoopTask.Yield();
    }

    /// <summary>Belongs to a loop.</summary>
    private sealed class Cache(EventLoop loop)
    {
        internal string? Text { get; private set; }

        internal void Set(string text)
        {
            Assert.True(loop.IsOnLoopThread);
            Text = text;
        }
    }

    private sealed class Session : IAsyncDisposable
    {
        internal EventLoop? DisposedOn { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            DisposedOn = EventLoop.Running;
        }
    }

    private sealed class SlowFile : IDisposable
    {
        internal bool IsClosedElsewhere { get; private set; }

        public void Dispose() => IsClosedElsewhere = !EventLoop.TryGetRunning(out _);
    }
}
