using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
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
}
