using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/http-client.md</summary>
public sealed class HttpPage : IDisposable
{
    private readonly LoopbackServer _server = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void Get_PlainAwait_ResumesOnTheLoop() => EventLoop.Run(async Coroutine () =>
    {
        EventLoop loop = EventLoop.Running;
        Assert.Equal("hello", await Get(_http, _server.UriOf("hello"), CancellationToken.None));
        Assert.True(loop.IsOnLoopThread);
    });

    [Fact(Timeout = 30000)]
    public void Get_ManyAtATime_AllArrive() => EventLoop.Run(async Coroutine () =>
    {
        List<LoopTask<string>> tasks = [.. Enumerable.Range(0, 50).Select(i => LoopTask.Create(Get(_http, _server.UriOf($"n{i}"), CancellationToken.None)))];
        for (int i = 0; i < tasks.Count; i++)
        {
            Assert.Equal($"n{i}", await tasks[i]);
        }
    });

    [Fact(Timeout = 30000)]
    public void Get_LoopTaskCancelled_RequestIsAborted() => EventLoop.Run(async Coroutine () =>
    {
        EventLoop loop = EventLoop.Running;
        LoopTask<string> task = loop.CreateTask(GetCancellable(loop, _http, _server.UriOf("hang")));
        await loop.WrapFuture(_server.Hanging);
        task.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.AsTask());

        // The server sees the connection end.
        await loop.WrapFuture(_server.Aborted);
    });

    [Fact(Timeout = 30000)]
    public void Get_InAnActivity_ItsTraceIdArrives() => EventLoop.Run(async Coroutine () =>
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        await Get(_http, _server.UriOf("trace"), CancellationToken.None);
        Assert.Same(activity, Activity.Current);
        Assert.Contains(activity.TraceId.ToHexString(), _server.LastTraceParent, StringComparison.Ordinal);
    });

    private static async Coroutine<string> Get(HttpClient http, Uri url, CancellationToken token)
    {
        #region http-plain
        string body = await http.GetStringAsync(url, token);
        #endregion
        return body;
    }

    private static async Coroutine<string> GetCancellable(EventLoop loop, HttpClient http, Uri url)
    {
        #region http-cancellable
        string body = await loop.WrapFuture(token => http.GetStringAsync(url, token));
        #endregion
        return body;
    }

    /// <summary>Answers each request with the last part of its path, or not at all.</summary>
    private sealed class LoopbackServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _accepting;

        /// <summary>Written before the listener is stopped, read when accepting fails for that.</summary>
        private volatile bool _isStopped;

        internal LoopbackServer()
        {
            _listener.Start();
            _accepting = Accept();
        }

        internal Task Hanging => _hanging.Task;

        internal Task Aborted => _aborted.Task;

        internal string LastTraceParent { get; private set; } = "";

        internal Uri UriOf(string name) => new($"http://{_listener.LocalEndpoint}/{name}");

        public void Dispose()
        {
            _isStopped = true;
            _listener.Stop();
            _accepting.Wait();
        }

        private async Task Accept()
        {
            List<Task> serving = [];
            try
            {
                while (true)
                {
                    serving.Add(Serve(await _listener.AcceptTcpClientAsync()));
                }
            }
            catch (Exception) when (_isStopped)
            {
            }

            await Task.WhenAll(serving);
        }

        private async Task Serve(TcpClient client)
        {
            using (client)
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
                try
                {
                    while (await ReadRequest(reader) is { } name)
                    {
                        if (name == "hang")
                        {
                            _hanging.SetResult();
                            await reader.ReadLineAsync();
                            _aborted.SetResult();
                            return;
                        }

                        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {name.Length}\r\n\r\n{name}"));
                    }
                }
                catch (IOException)
                {
                    // The client has gone, by a reset.
                    _aborted.TrySetResult();
                }
            }
        }

        private async Task<string?> ReadRequest(StreamReader reader)
        {
            string? first = await reader.ReadLineAsync();
            string? line = first;
            while (line is { Length: > 0 })
            {
                line = await reader.ReadLineAsync();
                if (line is not null && line.StartsWith("traceparent:", StringComparison.OrdinalIgnoreCase))
                {
                    LastTraceParent = line;
                }
            }

            return first?.Split(' ')[1].TrimStart('/');
        }
    }
}
