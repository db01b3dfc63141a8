using System.Diagnostics;
using System.Net;
using Microsoft.Data.Sqlite;

namespace Bridge.Samples.Tests;

public sealed class CodeSearchCtrlCTests : IDisposable
{
    private readonly SampleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 240000)]
    public async Task Serve_CtrlC_EndsWithinTwoSecondsWithNothingLeftBehind()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Sends a Unix signal.");
        _folder.Write("one.txt", "quick brown fox");

        // A machine that is busy with other things may be late once; a program that does not keep the promise always is.
        for (int attempt = 1; await ServeAndInterrupt() > TimeSpan.FromSeconds(2); attempt++)
        {
            Assert.True(attempt < 8, "Eight times in a row, Ctrl-C took longer than two seconds to end the server.");
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Temporary));
    }

    [Fact(Timeout = 120000)]
    public async Task Index_CtrlC_LeavesTheOldIndexOrTheWholeNewOne()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Sends a Unix signal.");
        string database = _folder.Outside("kept.db");
        _folder.Write("old.txt", "old words");
        Assert.Equal(0, (await SampleProcess.Run(_folder, _folder.Content, "--database", database)).ExitCode);
        for (int i = 0; i < 2000; i++)
        {
            _folder.Write($"new{i}.txt", "new words\nand more of them");
        }

        using var process = new SampleProcess(_folder, _folder.Content, "--database", database);
        await process.ReadUntil("Read 501 of 2001 files");
        process.PressCtrlC();
        var (exitCode, output, errors) = await process.End();

        // 130 nearly always: three quarters of the files were still to come.
        Assert.True(exitCode is 130 or 0, $"{exitCode}\n{output}\n{errors}");
        Assert.Equal(exitCode == 130 ? "Interrupted.\n" : "", errors);
        Assert.Equal(exitCode == 130 ? 1L : 2001L, Ask(database, "SELECT count(*) FROM files"));
        Assert.Equal("ok", Ask(database, "PRAGMA integrity_check"));
        Assert.Equal(["content", "kept.db", "temporary"], Directory.GetFileSystemEntries(_folder.Outside(".")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private async Task<TimeSpan> ServeAndInterrupt()
    {
        using var process = new SampleProcess(_folder, _folder.Content, "--serve", "--query", "fox");
        string line = await process.ReadUntil("Serving ");
        var address = new Uri(line.Split(' ')[1].Replace("WORDS", "", StringComparison.Ordinal));
        using var client = new HttpClient();
        Assert.Equal(
            """[{"file":"one.txt","line":1,"snippet":"»quick« brown fox"}]""",
            System.Text.RegularExpressions.Regex.Unescape(await client.GetStringAsync(new Uri(address + "quick"))));
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync(address)).StatusCode);
        Assert.Equal("[]", await client.GetStringAsync(new Uri(address + "%00")));

        // The client's connection stays open: it must not hold the server up.
        long pressed = Stopwatch.GetTimestamp();
        process.PressCtrlC();
        var (exitCode, output, errors) = await process.End();
        TimeSpan time = Stopwatch.GetElapsedTime(pressed);
        Assert.Equal("", errors);
        Assert.Equal(0, exitCode);
        Assert.EndsWith("Stopped.\n", output, StringComparison.Ordinal);
        return time;
    }

    private static object? Ask(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of the test.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
