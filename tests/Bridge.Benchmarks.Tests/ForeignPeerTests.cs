using System.Runtime.Versioning;
using Bridge.Benchmarks.Workloads;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Tests;

/// <summary>Programs that speak the peers' lines, made of a few lines of shell.</summary>
[SupportedOSPlatform("linux")]
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
        File.WriteAllText(_program, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(_program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var workload = new ForeignWorkload(_program, "posts", "4");
        workload.Setup();
        return workload;
    }
}
