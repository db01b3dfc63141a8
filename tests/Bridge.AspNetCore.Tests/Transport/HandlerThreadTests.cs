using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Bridge.AspNetCore.Tests.Transport;

public sealed class HandlerThreadTests
{
    /// <summary>Where a handler is, at its start and after each thing it awaits.</summary>
    private static async Task Where(HttpContext context, Func<Task>[] awaits)
    {
        EventLoop loop = context.Features.Get<IEventLoopFeature>()!.Loop;
        var places = new List<bool> { loop.IsOnLoopThread };
        foreach (Func<Task> start in awaits)
        {
            await start();
            places.Add(loop.IsOnLoopThread);
        }

        await context.Response.WriteAsync(string.Join(' ', places));
    }

    [Fact(Timeout = 30000)]
    public async Task Handler_AfterEachAwait_IsOnTheLoopThread()
    {
        using var other = new HttpClient();
        await using WebServer plain = await WebServer.Start(static app => app.MapGet("/", () => "x"));
        Func<Task>[] awaits =
        [
            () => Task.Delay(1),
            () => other.GetStringAsync(plain.Address),
            async () => await Task.Yield(),
            () => Task.Run(static () => { }),
            async () => await LoopTask.Sleep(TimeSpan.FromMilliseconds(1)),
            async () => await Task.Delay(1).ConfigureAwait(false),
        ];
        await using WebServer server = await WebServer.Start(app => app.MapGet("/", (HttpContext context) => Where(context, awaits)));
        using HttpClient client = server.Client(connections: 1);

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("True True True True True True True", await client.GetStringAsync("/"));
        }
    }

    [Fact(Timeout = 30000)]
    public async Task Handler_OwnConfigureAwaitFalse_LeavesTheLoop()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapGet("/", static async (HttpContext context) =>
        {
            await Task.Run(static () => Thread.Yield()).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return context.Features.Get<IEventLoopFeature>()!.Loop.IsOnLoopThread;
        }));
        using HttpClient client = server.Client(connections: 1);

        // What the documentation says: this is the one way to leave. The next request is on the loop again, see above.
        Assert.Equal("false", await client.GetStringAsync("/"));
    }

    [Fact(Timeout = 30000)]
    public async Task Handler_OptionOff_RunsOnThePool()
    {
        await using WebServer server = await WebServer.Start(
            static app => app.MapGet("/", static (HttpContext context) => Where(context, [static () => Task.Delay(1)])),
            static options => options.RunHandlersOnLoop = false);
        using HttpClient client = server.Client(connections: 1);

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("False False", await client.GetStringAsync("/"));
        }
    }

    [Theory(Timeout = 60000)]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Handler_OverTls_RunsOnTheLoopThread(string version)
    {
        using X509Certificate2 certificate = TestCertificate.Make();
        await using WebServer server = await WebServer.Start(
            static app => app.MapGet("/", static (HttpContext context) => Where(context, [static () => Task.Delay(1)])),
            kestrel: options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        using HttpClient client = TestCertificate.Client(server.Address, certificate);
        client.DefaultRequestVersion = Version.Parse(version);
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("True True", await client.GetStringAsync("/"));
        }

        Assert.Empty(server.Loggers.Errors);
    }

    [Fact(Timeout = 30000)]
    public async Task Handler_HttpTwoWithoutTls_RunsOnTheLoopThread()
    {
        await using WebServer server = await WebServer.Start(
            static app => app.MapGet("/", static (HttpContext context) => Where(context, [static () => Task.Delay(1)])),
            kestrel: static options => options.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        using HttpClient client = server.Client();
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetStringAsync("/")));

        Assert.All(answers, static answer => Assert.Equal("True True", answer));
    }

    [Fact(Timeout = 60000)]
    public async Task Handler_SharedObjectWithoutLocks_LosesNothing()
    {
        int count = 0;
        await using WebServer server = await WebServer.Start(app => app.MapPost("/", async () =>
        {
            int before = count;
            count = before + 1;
            await Task.Delay(1);
            count++;
        }));
        using HttpClient client = server.Client();

        await Task.WhenAll(Enumerable.Range(0, 500).Select(async _ => (await client.PostAsync("/", null)).Dispose()));

        Assert.Equal(1000, count);
    }

    [Fact(Timeout = 30000)]
    public async Task Handler_Throws_AnswersFiveHundredAndTheLoopGoesOn()
    {
        await using WebServer server = await WebServer.Start(static app => app.MapGet("/{what}", static (string what) => what == "bad" ? throw new InvalidOperationException("seeded") : what));
        using HttpClient client = server.Client();

        using HttpResponseMessage bad = await client.GetAsync("/bad");
        Assert.Equal(HttpStatusCode.InternalServerError, bad.StatusCode);
        Assert.Equal("good", await client.GetStringAsync("/good"));
    }
}
