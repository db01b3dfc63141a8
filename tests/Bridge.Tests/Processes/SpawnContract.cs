using System.Globalization;
using Bridge.Net;
using Bridge.Selectors;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Tests.Processes;

/// <summary>What a child is born with. Rows AE1, AE4 (errors, environment, session) and AE6.</summary>
[Collection(ProcessesCollection.Name)]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public abstract class SpawnContract(ISelector selector) : ProcessTest(selector)
{
    [Fact(Timeout = 60000)]
    public void Exec_NoSuchProgram_ThrowsNamingIt()
    {
        Run(async Coroutine () =>
        {
            var missing = Assert.IsType<FileNotFoundException>(await Failure("no-such-program-here"));
            Assert.Equal("no-such-program-here", missing.FileName);
            Assert.Contains("no-such-program-here", missing.Message, StringComparison.Ordinal);
            Assert.IsType<FileNotFoundException>(await Failure("/no/such/program"));
            Assert.IsType<FileNotFoundException>(await Failure("/bin/sh/sh"));
        });
    }

    [Fact(Timeout = 60000)]
    public void Exec_NotExecutable_Throws()
    {
        string path = Path.GetTempFileName();
        try
        {
            Run(async Coroutine () =>
            {
                Assert.IsType<UnauthorizedAccessException>(await Failure(path));
                Assert.IsType<UnauthorizedAccessException>(await Failure("/"));
                File.WriteAllText(path, "no program");
                File.SetUnixFileMode(path, UnixFileMode.UserExecute | UnixFileMode.UserRead | UnixFileMode.UserWrite);
                var format = Assert.IsType<IOException>(await Failure(path));
                Assert.Equal(8, format.HResult);
            });
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact(Timeout = 60000)]
    public void Exec_WorkingDirectory_IsWhereTheChildStarts()
    {
        Run(async Coroutine () =>
        {
            Assert.Equal("/proc\n", await OutputOf("pwd", [], new ProcessOptions { WorkingDirectory = "/proc" }));
            Exception? failure = await Outcome.Of(Exec("pwd", [], new ProcessOptions { WorkingDirectory = "/no/such/place" }));
            Assert.Contains("/no/such/place", Assert.IsType<DirectoryNotFoundException>(failure).Message, StringComparison.Ordinal);
        });
    }

    [Fact(Timeout = 60000)]
    public void Exec_Environment_ReplacesOurs()
    {
        Run(async Coroutine () =>
        {
            var variables = new Dictionary<string, string> { ["ONE"] = "1", ["TWO"] = "a b=c" };
            string[] lines = (await OutputOf("/usr/bin/env", [], new ProcessOptions { Environment = variables })).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(["ONE=1", "TWO=a b=c"], lines.Order(StringComparer.Ordinal));
        });
    }

    [Fact(Timeout = 60000)]
    public void Exec_NoEnvironment_InheritsOursAsDotNetSeesIt()
    {
        Environment.SetEnvironmentVariable("BRIDGE_SPAWN_TEST", "set by .NET");
        Run(async Coroutine () => Assert.Equal("set by .NET\n", await OutputOf("/bin/sh", ["-c", "echo $BRIDGE_SPAWN_TEST"])));
        Environment.SetEnvironmentVariable("BRIDGE_SPAWN_TEST", null);
    }

    [Fact(Timeout = 60000)]
    public void Exec_ProgramName_IsLookedForInTheChildsPath()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string tool = Path.Combine(folder.FullName, "bridge-tool");
            File.WriteAllText(tool, "#!/bin/sh\necho found $1\n");
            File.SetUnixFileMode(tool, UnixFileMode.UserExecute | UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Run(async Coroutine () =>
            {
                var path = new Dictionary<string, string> { ["PATH"] = $"/no/such:{folder.FullName}" };
                Assert.Equal("found it\n", await OutputOf("bridge-tool", ["it"], new ProcessOptions { Environment = path }));
                path["PATH"] = ":/bin";
                Assert.Equal("found here\n", await OutputOf("bridge-tool", ["here"], new ProcessOptions { Environment = path, WorkingDirectory = folder.FullName }));
                Assert.Equal("found too\n", await OutputOf("./bridge-tool", ["too"], new ProcessOptions { WorkingDirectory = folder.FullName }));
                Assert.IsType<FileNotFoundException>(await Failure("bridge-tool"));
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact(Timeout = 60000)]
    public void Exec_Arguments_ArriveAsTheyAre()
        => Run(async Coroutine () => Assert.Equal("a b|$HOME|*||\u00c3\u00bc|", await OutputOf("/bin/sh", ["-c", "for a; do printf '%s|' \"$a\"; done", "sh", "a b", "$HOME", "*", "", "\u00fc"])));

    [Fact(Timeout = 60000)]
    public void Exec_StandardErrorToStdOut_IsOnePipe()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("echo out; echo err >&2", new ProcessOptions { StandardError = Stdio.StdOut });
            Assert.Null(transport.GetPipeTransport(2));
            await events.Lost;
            Assert.Equal("out\nerr\n", events.Output);
        });
    }

    [Fact(Timeout = 60000)]
    public void Exec_DevNull_IsEmptyAndSwallows()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("cat; echo gone; echo gone >&2", new ProcessOptions { StandardInput = Stdio.DevNull, StandardOutput = Stdio.DevNull, StandardError = Stdio.DevNull });
            await events.Lost;
            Assert.Equal(["made", "exited", "lost"], events.Log);
            Assert.Equal(0, transport.ReturnCode);
        });
    }

    [Fact(Timeout = 60000)]
    public void Exec_Handles_AreTheChildsAndStayOurs()
    {
        (SafeFileHandle reader, SafeFileHandle writer) = TestPipes.Open();
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "from the file");
        using (SafeFileHandle input = File.OpenHandle(path))
        {
            Run(async Coroutine () =>
            {
                (SubprocessTransport transport, SubprocessEvents events) = await Exec("cat", [], new ProcessOptions { StandardInput = input, StandardOutput = writer });
                Assert.Equal("Pipe", Stdio.Pipe.ToString());
                Assert.Contains("File ", Stdio.From(input).ToString(), StringComparison.Ordinal);
                await events.Lost;
                Assert.Equal(0, transport.ReturnCode);
                Assert.False(writer.IsClosed);
                writer.Dispose();
                Assert.Equal("from the file", TestPipes.Read(reader));
                Assert.Equal("", TestPipes.Read(reader));
            });
        }

        reader.Dispose();
        File.Delete(path);
        Assert.Throws<ArgumentException>(() => Loop.SubprocessExec(() => new SubprocessEvents(), "cat", [], new ProcessOptions { StandardOutput = writer }));
    }

    [Fact]
    public void ChildStreams_StandardDescriptorsOfOurs_AreCopiedAboveThem()
    {
        // Else giving the child one of them would overwrite the other before it is given.
        using ChildStreams streams = ChildStreams.Open(Stdio.DevNull, new SafeFileHandle(2, false), new SafeFileHandle(1, false));
        Assert.True(streams.ForChild(1) > 2);
        Assert.True(streams.ForChild(2) > 2);
    }

    [Fact(Timeout = 60000)]
    public void Exec_Session_GroupAndDefault()
    {
        Run(async Coroutine () =>
        {
            (int pid, int group, int session) own = await StatOf(new ProcessOptions { NewSession = true });
            Assert.Equal((own.pid, own.pid), (own.group, own.session));
            (int pid, int group, int session) grouped = await StatOf(new ProcessOptions { ProcessGroup = 0 });
            Assert.Equal(grouped.pid, grouped.group);
            Assert.NotEqual(grouped.pid, grouped.session);
            (int pid, int group, int session) plain = await StatOf(null);
            Assert.NotEqual(plain.pid, plain.group);
            Assert.Equal(grouped.session, plain.session);
        });
    }

    [Fact(Timeout = 60000)]
    public void Exec_Signals_AreUnblockedAndNotIgnored()
    {
        Run(async Coroutine () =>
        {
            string status = await OutputOf("cat", ["/proc/self/status"]);
            Assert.Equal(0UL, Mask(status, "SigBlk:"));
            Assert.Equal(0UL, Mask(status, "SigIgn:") & (1UL << 12));
            Assert.NotEqual(0UL, Mask(File.ReadAllText("/proc/self/status"), "SigIgn:") & (1UL << 12));
        });
    }

    [Fact(Timeout = 60000)]
    public void Exec_Descriptors_OfOursAreNotTheChilds()
    {
        // A copy that .NET does not know of, and that children would get.
        using SafeFileHandle open = Selectors.TestLibC.Duplicate(0);
        Run(async Coroutine () => Assert.Equal("0\n1\n2\n3\n", await OutputOf("ls", ["/proc/self/fd"])));
    }

    private async Coroutine<Exception?> Failure(string program) => await Outcome.Of(Exec(program, []));

    private async Coroutine<(int Pid, int Group, int Session)> StatOf(ProcessOptions? options)
    {
        string text = await OutputOf("cat", ["/proc/self/stat"], options);
        int[] fields = [.. text[(text.LastIndexOf(')') + 4)..].Split(' ').Take(3).Select(field => int.Parse(field, CultureInfo.InvariantCulture))];
        return (int.Parse(text[..text.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture), fields[1], fields[2]);
    }

    private static ulong Mask(string status, string name)
    {
        string line = status.Split('\n').First(line => line.StartsWith(name, StringComparison.Ordinal));
        return ulong.Parse(line[name.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}

/// <summary>On epoll.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class EpollSpawnTests() : SpawnContract(new EpollSelector());

/// <summary>On poll.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PollSpawnTests() : SpawnContract(new PollSelector());
