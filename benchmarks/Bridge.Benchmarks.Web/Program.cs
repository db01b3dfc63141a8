using System.Net;
using Bridge.Benchmarks.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Benchmarks.Web;

/// <summary>A plaintext application on Kestrel, over its own transport or ours: <c>PROGRAM KIND</c>, and the lines of a server.</summary>
internal static class Program
{
    private const int WrongUsage = 2;
    private const int UnknownKind = 3;

    private static readonly Dictionary<string, Action<IWebHostBuilder>> s_kinds = new()
    {
        ["kestrel"] = static host => host.UseKestrelCore(),
        ["kestrel-bridge"] = static host => host.UseKestrelCore().UseBridgeTransport(),
    };

    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["list"]:
                Console.WriteLine(string.Join('\n', s_kinds.Keys));
                return 0;
            case [var kind] when s_kinds.TryGetValue(kind, out Action<IWebHostBuilder>? use):
                return await ServeAsync(use);
            case [var kind]:
                Console.Error.WriteLine($"unknown {kind}");
                return UnknownKind;
            default:
                Console.Error.WriteLine("usage: PROGRAM KIND; the kind 'list' lists the kinds");
                return WrongUsage;
        }
    }

    private static async Task<int> ServeAsync(Action<IWebHostBuilder> use)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        use(builder.WebHost);
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication application = builder.Build();
        application.MapGet("/plaintext", static () => "Hello, World!");
        await application.StartAsync();

        // What is still connected ends with the process.
        return ControlLines.Answer(Console.In, Console.Out, new Uri(application.Urls.First()).Port);
    }
}
