using System.ComponentModel;

namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/eap.md</summary>
public sealed class EapPage
{
    [Fact(Timeout = 30000)]
    public void Download_TwoAtATime_EachGetsItsOwn() => EventLoop.Run(async Coroutine () =>
    {
        var client = new Client();
        LoopTask<string> first = LoopTask.Create(Download(EventLoop.Running, client, "a", CancellationToken.None));
        LoopTask<string> second = LoopTask.Create(Download(EventLoop.Running, client, "b", CancellationToken.None));
        Assert.Equal("body of b", await second);
        Assert.Equal("body of a", await first);
        Assert.False(client.HasHandlers);
    });

    private static async Coroutine<string> Download(EventLoop loop, Client client, string url, CancellationToken token)
    {
        #region eap
        DownloadArgs args = await loop.FromEap<DownloadArgs>(
            h => client.Done += h.Invoke,
            h => client.Done -= h.Invoke,
            start: id => client.DownloadAsync(url, id),
            cancel: client.CancelAsync,
            cancellationToken: token);
        #endregion
        return args.Body;
    }

    private sealed class DownloadArgs(string body, object? state) : AsyncCompletedEventArgs(null, false, state)
    {
        internal string Body { get; } = body;
    }

    private delegate void DownloadEventHandler(object? sender, DownloadArgs args);

    private sealed class Client
    {
        internal event DownloadEventHandler? Done;

        internal bool HasHandlers => Done is not null;

        internal void DownloadAsync(string url, object id) => ThreadPool.QueueUserWorkItem(_ => Done?.Invoke(this, new DownloadArgs($"body of {url}", id)));

        internal void CancelAsync(object id)
        {
        }
    }
}
