namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/apm.md</summary>
public sealed class ApmPage
{
    [Fact(Timeout = 30000)]
    public void Read_FromAStream_GivesItsBytes() => EventLoop.Run(async Coroutine () =>
    {
        using Stream stream = new MemoryStream([1, 2, 3]);
        Assert.Equal(3, await ReadSome(EventLoop.Running, stream, CancellationToken.None));
    });

    [Fact(Timeout = 30000)]
    public void BeginLoad_OldCaller_GetsTheResultByEnd()
    {
        using var thread = new EventLoopThread();
        var loader = new Loader(thread.Loop);
        using var done = new ManualResetEventSlim();
        IAsyncResult result = loader.BeginLoad("x", _ => done.Set(), null);
        done.Wait();
        Assert.Equal("loaded x", loader.EndLoad(result));
    }

    private static async Coroutine<int> ReadSome(EventLoop loop, Stream stream, CancellationToken token)
    {
        #region apm-from
        byte[] buffer = new byte[64];
        int count = await loop.FromApm(stream.BeginRead, stream.EndRead, buffer, 0, 64, token);
        #endregion
        return count;
    }

    #region apm-to
    public sealed class Loader(EventLoop loop)
    {
        public IAsyncResult BeginLoad(string name, AsyncCallback? callback, object? state)
            => loop.ToApm(() => Load(name), callback, state);

        public string EndLoad(IAsyncResult result) => loop.EndApm<string>(result);

        private static async Coroutine<string> Load(string name)
        {
            await LoopTask.Yield();
            return $"loaded {name}";
        }
    }
    #endregion
}
