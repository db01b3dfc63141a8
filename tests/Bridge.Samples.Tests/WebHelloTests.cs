using System.Globalization;
using System.Net.Http.Json;

namespace Bridge.Samples.Tests;

public sealed class WebHelloTests : IDisposable
{
    private readonly SampleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120000)]
    public async Task Run_RequestsAndCtrlC_AnswersThemAndEndsWithZero()
    {
        using SampleProcess process = SampleProcess.StartOther("WebHello", _folder, "--urls", "http://127.0.0.1:0");
        string line = await process.ReadUntil("Now listening on: ");
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim()) };

        Assert.Equal("Hello, World!", await client.GetStringAsync("/plaintext"));
        Assert.Equal("Healthy", await client.GetStringAsync("/health"));

        // None is lost, though nothing is locked.
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => client.PostAsync($"/scores/{(i % 2 == 0 ? "ada" : "bob")}?points={i.ToString(CultureInfo.InvariantCulture)}", null)));
        Dictionary<string, int>? scores = await client.GetFromJsonAsync<Dictionary<string, int>>("/scores");
        Assert.Equal(new Dictionary<string, int> { ["ada"] = 2450, ["bob"] = 2500 }, scores);

        await process.ReadUntil("Application started");
        process.PressCtrlC();
        (int exitCode, _, string errors) = await process.End();
        Assert.Equal("", errors);
        Assert.Equal(0, exitCode);
    }
}
