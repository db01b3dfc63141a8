using System.Runtime.Versioning;
using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Tests;

/// <summary>
/// Programs that speak the peers' lines, made of a few lines of shell. Not beside other tests that start programs: a child that has just been forked holds
/// what is being written here, and a program that is open for writing cannot be started.
/// </summary>
[SupportedOSPlatform("linux")]
[Collection("Programs")]
public sealed class ForeignPeerTests : IDisposable
{
    private readonly string _program = Path.Combine(Path.GetTempPath(), $"peer-{Guid.NewGuid():N}");

    public ForeignPeerTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "The programs are shell scripts.");

    public void Dispose() => File.Delete(_program);

    [Theory]
    [InlineData("done 1234", new[] { 1234L })]
    [InlineData("done 5 -6 7", new[] { 5L, -6L, 7L })]
    public void Parse_OfAnAnswer_ReadsTheNumbers(string line, long[] expected) => Assert.Equal(expected, PeerProcess.Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("done")]
    [InlineData("ready 5")]
    [InlineData("done soon")]
    [InlineData("done 1.5")]
    public void Parse_OfAnythingElse_QuotesIt(string line)
        => Assert.Contains($"\"{line}\"", Assert.Throws<MissingPeerException>(() => PeerProcess.Parse(line)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a word first\ndone 1008792000 408935000 24687 0\n", 24687, 1008792000, 408935000)]
    [InlineData("done 5 6 7 0", 7, 5, 6)]
    public void Parse_OfWhatWrkSays_ReadsItsLastLine(string text, long requests, long elapsed, long processor)
        => Assert.Equal(new LoadResult(requests, elapsed, processor), WrkLoad.Parse(text));

    [Theory]
    [InlineData("done 5 6 7 1")]
    [InlineData("done 5 6 0 0")]
    [InlineData("done 5 6 7")]
    [InlineData("unable to connect")]
    public void Parse_OfWrksErrors_QuotesThem(string text)
        => Assert.Contains(text, Assert.Throws<MissingPeerException>(() => WrkLoad.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("ready", 0)]
    [InlineData("ready 4711", 4711)]
    public Task Start_OfAServer_ReadsItsPort(string answer, int port) => Task.Run(() =>
    {
        Write($"echo {answer}; read line");

        using var process = new PeerProcess(PeerCommand.Of(_program, "echo"));

        Assert.Equal(port, process.Port);
    });

    [Theory]
    [InlineData("ready or not")]
    [InlineData("ready 1 2")]
    [InlineData("steady")]
    public Task Start_WithAnotherAnswer_QuotesIt(string answer) => Task.Run(() =>
    {
        Write($"echo {answer}; read line");

        var exception = Assert.Throws<MissingPeerException>(() => new PeerProcess(PeerCommand.Of(_program, "echo")));

        Assert.Contains($"\"{answer}\"", exception.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public Task Start_OnAProcessor_UsesThatOneOnlyAndPassesOnVariables() => Task.Run(() =>
    {
        Write("echo ready; read line; echo done $(grep -c '^Cpus_allowed_list:[[:space:]]*[0-9]*$' /proc/self/status) $TREES");
        PeerCommand command = PeerCommand.Of(_program, "echo") with { Processor = ServerProcess.ForServer(), Environment = new Dictionary<string, string> { ["TREES"] = "12" } };

        using var process = new PeerProcess(command);

        Assert.Equal([1, 12], process.Ask("go"));
    });

    [Fact(Timeout = 30000)]
    public Task RunOnce_WithOneNumber_DividesItByTheOperations() => Task.Run(() =>
    {
        using ForeignWorkload workload = Start("echo ready; while read word n; do echo done $((n * 7)); done");

        workload.RunOnce(10);

        Assert.Equal(7, workload.Figure);
    });

    [Fact(Timeout = 30000)]
    public Task RunOnce_WithANumberForEach_TakesTheMedian() => Task.Run(() =>
    {
        using ForeignWorkload workload = Start("echo ready; while read word n; do echo done 9 1 5; done");

        workload.RunOnce(3);

        Assert.Equal(5, workload.Figure);
    });

    [Fact(Timeout = 30000)]
    public Task Setup_WithoutTheRow_NamesIt() => Task.Run(() =>
    {
        var exception = Assert.Throws<MissingPeerException>(() => Start("echo unknown $1 >&2; exit 3"));

        Assert.Contains("has no row \"posts 4\"", exception.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public Task Setup_WhenTheProgramFails_PassesOnItsComplaint() => Task.Run(() =>
    {
        var exception = Assert.Throws<MissingPeerException>(() => Start("echo no module uvloop >&2; exit 1"));

        Assert.Contains("exit code 1: no module uvloop", exception.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public Task RunOnce_WhenTheProgramDies_SaysSo() => Task.Run(() =>
    {
        using ForeignWorkload workload = Start("echo ready; read line; exit 9");

        var exception = Assert.Throws<MissingPeerException>(() => workload.RunOnce(1));

        Assert.Contains("exit code 9", exception.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Setup_WithoutTheProgram_SaysWhoBringsIt()
    {
        using var workload = new ForeignWorkload("no-such-peer", "posts");

        var exception = Assert.Throws<MissingPeerException>(workload.Setup);

        Assert.Contains("benchmarks/compare", exception.Message, StringComparison.Ordinal);
    }

    private ForeignWorkload Start(string script)
    {
        Write(script);
        var workload = new ForeignWorkload(_program, "posts", "4");
        workload.Setup();
        return workload;
    }

    private void Write(string script)
    {
        File.WriteAllText(_program, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(_program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
