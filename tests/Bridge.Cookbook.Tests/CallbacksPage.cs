namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/callbacks.md</summary>
public sealed class CallbacksPage
{
    [Fact(Timeout = 30000)]
    public void Bind_CalledByOtherThreads_HandlesOnTheLoop() => EventLoop.Run(async Coroutine () =>
    {
        var hub = new Hub();
        EventLoop loop = EventLoop.Running;
        List<string> handled = [];
        #region callbacks
        using LoopCallback<string> messages = loop.Bind<string>(handled.Add, bound: 1000, full: WhenFull.DropOldest);
        hub.On("m", messages);
        #endregion
        using LoopCallback<string> saved = BindAsync(loop, hub, handled);
        await LoopTask.ToThread(() => hub.Raise("hello"));
        while (handled.Count < 2)
        {
            await LoopTask.Yield();
        }

        Assert.Equal(["hello", "saved hello"], handled.Order());
    });

    private static LoopCallback<string> BindAsync(EventLoop loop, Hub hub, List<string> handled)
    {
        #region callbacks-async
        LoopCallback<string> saves = loop.Bind<string>(async Coroutine (text) => await Save(text), bound: 1000, concurrency: 4);
        hub.On("m", saves);
        #endregion
        return saves;

        async Coroutine Save(string text)
        {
            await LoopTask.Yield();
            handled.Add($"saved {text}");
        }
    }

    private sealed class Hub
    {
        private readonly List<Action<string>> _handlers = [];

        internal void On(string name, Action<string> handler) => _handlers.Add(handler);

        internal void Raise(string text) => _handlers.ForEach(handler => handler(text));
    }
}
