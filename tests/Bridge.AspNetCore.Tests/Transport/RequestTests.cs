using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bridge.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Bridge.AspNetCore.Tests.Transport;

public sealed class RequestTests
{
    [Fact(Timeout = 30000)]
    public async Task Get_OneLoop_Answers()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapGet("/", () => "hello"));
        using HttpClient client = server.Client();

        Assert.Equal("hello", await client.GetStringAsync("/"));
        Assert.Empty(server.Loggers.Errors);
    }

    [Fact(Timeout = 60000)]
    public async Task Post_FiveMegabytesEchoed_ComeBackUnchanged()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapPost("/", static context => context.Request.Body.CopyToAsync(context.Response.Body)));
        using HttpClient client = server.Client();
        byte[] sent = RandomNumberGenerator.GetBytes(5 * 1024 * 1024);

        using HttpResponseMessage response = await client.PostAsync("/", new ByteArrayContent(sent));

        Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync());
        Assert.Empty(server.Loggers.Errors);
    }

    [Fact(Timeout = 30000)]
    public async Task Get_ManyRequestsOneClient_UseOneConnection()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapGet("/", static (HttpContext context) => context.Connection.Id));
        using HttpClient client = server.Client(connections: 1);

        var connections = new HashSet<string>();
        for (int i = 0; i < 100; i++)
        {
            connections.Add(await client.GetStringAsync("/"));
        }

        Assert.Single(connections);
    }

    [Fact(Timeout = 30000)]
    public async Task Get_SixteenPipelined_AreAnsweredInOrder()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapGet("/{number}", static (int number) => $"<{number}>"));
        using NetworkStream stream = await server.Connect();
        string requests = string.Concat(Enumerable.Range(0, 16).Select(static i => $"GET /{i} HTTP/1.1\r\nHost: x\r\n{(i == 15 ? "Connection: close\r\n" : "")}\r\n"));

        await stream.WriteAsync(Encoding.ASCII.GetBytes(requests));
        string answers = await new StreamReader(stream).ReadToEndAsync();

        Assert.Equal(Enumerable.Range(0, 16), answers.Split('<').Skip(1).Select(static part => int.Parse(part[..part.IndexOf('>')])));
    }

    [Fact(Timeout = 30000)]
    public async Task Post_ChunkedByteByByte_IsReadWhole()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapPost("/", static (Stream body) => new StreamReader(body).ReadToEndAsync()));
        using NetworkStream stream = await server.Connect();

        foreach (byte one in "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"u8.ToArray())
        {
            await stream.WriteAsync(new[] { one });
        }

        Assert.Contains("hello world", await new StreamReader(stream).ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public async Task Get_ResponseInManyFlushes_ArrivesInOrder()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapGet("/", static async (HttpContext context) =>
        {
            for (int i = 0; i < 1000; i++)
            {
                await context.Response.WriteAsync($"{i} ");
                await context.Response.Body.FlushAsync();
            }
        }));
        using HttpClient client = server.Client();

        string answer = await client.GetStringAsync("/");

        Assert.Equal(Enumerable.Range(0, 1000), answer.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse));
    }

    [Fact(Timeout = 60000)]
    public async Task Get_TwoHundredConnectionsAtOnceOnTwoLoops_AreAllAnswered()
    {
        var here = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int waiting = 0;
        await using WebServer server = await WebServer.Start(
            app => app.MapGet("/{number}", async (int number) =>
            {
                if (Interlocked.Increment(ref waiting) == 200)
                {
                    here.SetResult();
                }

                await here.Task;
                return number;
            }),
            static options => options.LoopCount = 2);
        using HttpClient client = server.Client();

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.GetStringAsync($"/{i}")));

        Assert.Equal(Enumerable.Range(0, 200), answers.Select(int.Parse));
        Assert.Empty(server.Loggers.Errors);
    }

    [Fact(Timeout = 30000)]
    public async Task WebSocket_Echo_ComesBack()
    {
        await using WebServer server = await WebServer.Start(static app =>
        {
            app.UseWebSockets();
            app.Map("/", Echo);
        });
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws" }.Uri, CancellationToken.None);
        byte[] sent = RandomNumberGenerator.GetBytes(100_000);
        var received = new byte[sent.Length];

        await client.SendAsync(sent, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        for (int count = 0; count < sent.Length;)
        {
            count += (await client.ReceiveAsync(received.AsMemory(count), CancellationToken.None)).Count;
        }

        Assert.Equal(sent, received);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

        static async Task Echo(HttpContext context)
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[5000];
            while (await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } part)
            {
                await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, CancellationToken.None);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
    }

    [Fact(Timeout = 60000)]
    public async Task Post_OverTls_ComesBackUnchanged()
    {
        using X509Certificate2 certificate = TestCertificate.Make();
        await using WebServer server = await WebServer.Start(
            static app => app.MapPost("/", static context => context.Request.Body.CopyToAsync(context.Response.Body)),
            kestrel: options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        using HttpClient client = TestCertificate.Client(server.Address, certificate);
        byte[] sent = RandomNumberGenerator.GetBytes(3 * 1024 * 1024);

        using HttpResponseMessage response = await client.PostAsync("/", new ByteArrayContent(sent));

        Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact(Timeout = 30000)]
    public async Task Get_UnixDomainEndPoint_Answers()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using (WebServer server = await WebServer.Start(static app => app.MapGet("/", () => "hello"), kestrel: options => options.ListenUnixSocket(path)))
        {
            using var client = new HttpClient(new SocketsHttpHandler
            {
                ConnectCallback = async (_, token) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            });

            Assert.Equal("hello", await client.GetStringAsync("http://localhost/"));
        }

        Assert.False(File.Exists(path));
    }

    [Fact(Timeout = 60000)]
    public async Task Curl_GetAndUpload_Work()
    {
        await using WebServer server = await WebServer.Start(static app =>
        {
            app.MapGet("/", () => "hello");
            app.MapPost("/", static async (HttpContext context) =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                return $"{body.Length} bytes";
            });
        });
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, new byte[1_000_000]);

            Assert.Equal("hello", await Curl(server.Address.ToString()));
            Assert.Equal("1000000 bytes", await Curl("--data-binary", $"@{file}", server.Address.ToString()));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> Curl(params string[] arguments) =>
        (await RealPeer.Run("curl", ["--silent", "--show-error", "--noproxy", "*", "--max-time", "30", .. arguments])).Output;
}
