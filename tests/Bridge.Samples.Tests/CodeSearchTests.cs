using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Bridge.Samples.Tests;

public sealed partial class CodeSearchTests : IDisposable
{
    private readonly SampleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120000)]
    public async Task Run_SmallFolder_PrintsHitsWithFileAndLineAndTableAndLeavesNoFile()
    {
        _folder.Write("one.txt", "first\nthe quick brown fox\n");
        _folder.Write("sub/two.txt", "\uFEFFa brown quick dog\r\nlast");
        _folder.Write("bin/ignored.txt", "quick brown build output");

        var (exitCode, output, errors) = await SampleProcess.Run(_folder, _folder.Content, "--query", "quick brown", "--query", "last");

        Assert.Equal("", errors);
        Assert.Equal(0, exitCode);
        Assert.Contains("\"quick brown\": 2 hits", output, StringComparison.Ordinal);
        Assert.Contains("one.txt:2: the »quick« »brown« fox", output, StringComparison.Ordinal);
        Assert.Contains($"{Path.Combine("sub", "two.txt")}:1: a »brown« »quick« dog", output, StringComparison.Ordinal);
        Assert.Contains($"{Path.Combine("sub", "two.txt")}:2: »last«", output, StringComparison.Ordinal);
        Assert.Matches(@"Files\s+2\s", output);
        Assert.Matches(@"Answers that agree\s+2 of 2", output);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Temporary));
    }

    [Fact(Timeout = 120000)]
    public async Task Run_WithoutArguments_IndexesRepositoryAroundCurrentFolderAndRunsExamples()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Content, ".git"));
        _folder.Write(".git/config", "await nothing");
        _folder.Write("code.cs", "await loop;");

        var (exitCode, output, _) = await SampleProcess.Run(_folder);

        Assert.Equal(0, exitCode);
        Assert.Contains("\"await\": 1 hits", output, StringComparison.Ordinal);
        Assert.Contains("code.cs:1:", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120000)]
    public async Task Run_QueryOfSyntaxAndQuotes_IsOnlyWords()
    {
        _folder.Write("one.txt", "say \"NEAR( this\" AND that");

        var (exitCode, output, _) = await SampleProcess.Run(_folder, _folder.Content, "--query", "\"NEAR( AND", "--query", "( *", "--query", "100% & #1?");

        Assert.Equal(0, exitCode);
        Assert.Contains("\"\"NEAR( AND\": 1 hits", output, StringComparison.Ordinal);
        Assert.Matches("Answers that agree +3 of 3", output);
    }

    [Fact(Timeout = 120000)]
    public async Task Run_FilesThatCannotBeUsed_ListsThemAndIndexesTheRest()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links and pipes as Unix has them.");
        _folder.Write("good.txt", "good words");
        _folder.Write("binary.dat", [65, 0, 66]);
        _folder.Write("latin1.txt", [.. "gr"u8, 0xFC, .. "n"u8]);
        File.CreateSymbolicLink(Path.Combine(_folder.Content, "dangling"), "nowhere");
        File.CreateSymbolicLink(Path.Combine(_folder.Content, "circle1"), "circle2");
        File.CreateSymbolicLink(Path.Combine(_folder.Content, "circle2"), "circle1");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Content, "up"), _folder.Content);
        Assert.Equal(0, MakePipe(Path.Combine(_folder.Content, "pipe"), Convert.ToUInt32("600", 8)));
        File.CreateSymbolicLink(Path.Combine(_folder.Content, "link-to-pipe"), "pipe");

        var (exitCode, output, errors) = await SampleProcess.Run(_folder, _folder.Content, "--query", "words");

        Assert.Equal("", errors);
        Assert.Equal(0, exitCode);
        Assert.Contains("good.txt:1: good »words«", output, StringComparison.Ordinal);
        Assert.Contains("Left out, unreadable: 3", output, StringComparison.Ordinal);
        Assert.Contains("dangling: unreadable: Could not find", output, StringComparison.Ordinal);
        Assert.Contains("circle1: unreadable: ", output, StringComparison.Ordinal);
        Assert.Contains("up: link to a folder, not followed", output, StringComparison.Ordinal);
        Assert.Contains("binary.dat: binary, ", output, StringComparison.Ordinal);
        Assert.Contains("latin1.txt: invalid UTF-8", output, StringComparison.Ordinal);
        Assert.Contains("  pipe: empty, or a pipe", output, StringComparison.Ordinal);
        Assert.Contains("link-to-pipe: empty, or a pipe", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120000)]
    public async Task Run_EmptyFolder_FindsNothingAndSucceeds()
    {
        var (exitCode, output, _) = await SampleProcess.Run(_folder, _folder.Content, "--query", "words");

        Assert.Equal(0, exitCode);
        Assert.Contains("\"words\": 0 hits", output, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120000)]
    [InlineData("There is no folder 'missing'.", "missing")]
    [InlineData("'file.txt' is a file; name a folder.", "file.txt")]
    [InlineData("Unknown option '--fast'.", "--fast")]
    [InlineData("--query needs a value", ".", "--query", " ")]
    [InlineData("--query needs a value", ".", "--query")]
    [InlineData("Port '65536' is not a number from 0 to 65535.", "--port", "65536")]
    [InlineData("A second folder: 'words'. Words to search for go after --query.", ".", "words")]
    public async Task Run_WrongUsage_SaysWhyAndHowAndEndsWithTwo(string message, params string[] arguments)
    {
        _folder.Write("file.txt", "words");

        var (exitCode, output, errors) = await SampleProcess.Run(_folder, arguments);

        Assert.Equal(2, exitCode);
        Assert.StartsWith(message, errors, StringComparison.Ordinal);
        Assert.Contains("Usage: CodeSearch [folder]", errors, StringComparison.Ordinal);
        Assert.Equal("", output);
    }

    [Fact(Timeout = 120000)]
    public async Task Run_PortInUse_SaysSoAndEndsWithOne()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;

        var (exitCode, _, errors) = await SampleProcess.Run(_folder, _folder.Content, "--port", $"{port}");

        Assert.Equal(1, exitCode);
        Assert.Contains($"127.0.0.1:{port}", errors, StringComparison.Ordinal);
        Assert.Contains("Name another port with --port", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Temporary));
    }

    [Fact(Timeout = 120000)]
    public async Task Run_LockedDatabase_SaysSoAndEndsWithOne()
    {
        string file = _folder.Outside("kept.db");
        using var other = new SqliteConnection($"Data Source={file};Pooling=False");
        other.Open();
        using SqliteCommand begin = other.CreateCommand();
        begin.CommandText = "BEGIN EXCLUSIVE";
        begin.ExecuteNonQuery();

        var (exitCode, _, errors) = await SampleProcess.Run(_folder, _folder.Content, "--database", file);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("The database is locked by another program.", errors, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120000)]
    [InlineData("CREATE TABLE files(theirs)", "holds the tables of another program")]
    [InlineData(null, "The database cannot be used")]
    public async Task Run_DatabaseOfAnotherProgram_IsLeftAlone(string? sql, string message)
    {
        string file = _folder.Outside("kept.db");
        Make(file, sql);
        byte[] before = File.ReadAllBytes(file);

        var (exitCode, _, errors) = await SampleProcess.Run(_folder, _folder.Content, "--database", file);

        Assert.Equal(1, exitCode);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(file));
    }

    private static void Make(string file, string? sql)
    {
        if (sql is null)
        {
            File.WriteAllText(file, new string('x', 4096));
            return;
        }

        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of the test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);
}
