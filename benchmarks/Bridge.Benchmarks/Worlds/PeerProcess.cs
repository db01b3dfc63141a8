using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Bridge.Benchmarks.Worlds;

/// <summary>A peer that is a program: it is told how often to do a thing, measures itself, and answers in lines. See <c>benchmarks/peers/README.md</c>.</summary>
public sealed class PeerProcess : IDisposable
{
    /// <summary>Far above the slowest set-up (a million timers in Python); a peer that hangs must not hang the comparison.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    /// <summary>The exit code for a row that the program does not have.</summary>
    private const int UnknownRow = 3;

    private readonly string _name;
    private readonly string _row;
    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <summary>Starts the program and waits until it is ready.</summary>
    /// <exception cref="MissingPeerException">It cannot start, or has no such row.</exception>
    public PeerProcess(PeerCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        _name = command.Name;
        _row = command.Row;
        try
        {
            _process = Process.Start(command.ToStartInfo())!;
        }
        catch (Win32Exception exception)
        {
            throw new MissingPeerException($"{_name} does not start: {exception.Message}{(command.Processor is null ? "" : "; taskset is in the package util-linux")}");
        }

        // Read all along, so that a program that complains at length is never blocked; on a thread of its own, because a read of a pipe blocks.
        _errors = Task.Factory.StartNew(_process.StandardError.ReadToEnd, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            Port = ParseReady(ReadLine());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where a server listens; 0: it is none.</summary>
    public int Port { get; }

    /// <summary>Has the thing done so often.</summary>
    /// <returns>Nanoseconds: of all operations together, or of each one, as the row has it.</returns>
    public long[] Run(int operations) => Ask(string.Create(CultureInfo.InvariantCulture, $"run {operations}"));

    /// <summary>Writes the line and waits for the answer.</summary>
    public long[] Ask(string line)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has ended; reading tells why.
        }

        return Parse(ReadLine());
    }

    /// <summary>Reads <c>done NANOSECONDS...</c>.</summary>
    /// <exception cref="MissingPeerException">The line says something else.</exception>
    public static long[] Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var values = new long[Math.Max(0, words.Length - 1)];
        bool understood = words.Length > 1 && words[0] == "done";
        for (int i = 0; understood && i < values.Length; i++)
        {
            understood = long.TryParse(words[i + 1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out values[i]);
        }

        return understood ? values : throw new MissingPeerException($"not an answer: \"{line}\"");
    }

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended before.
        }

        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _errors.Wait(TimeSpan.FromSeconds(5)); // no longer than that for what the program itself may have started
        _process.ClosePipes();
        _process.Dispose();
    }

    private int ParseReady(string answer)
    {
        string[] words = answer.Split(' ');
        int port = 0;
        return words is ["ready"] || (words is ["ready", var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port))
            ? port
            : throw new MissingPeerException($"{_name} {_row} answered \"{answer}\" instead of \"ready\"");
    }

    private string ReadLine()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        return line.Wait(s_patience)
            ? line.Result ?? throw Ended()
            : throw new MissingPeerException($"{_name} {_row} gave no answer within {s_patience.TotalSeconds} s");
    }

    private MissingPeerException Ended()
    {
        _process.WaitForExit();
        if (_process.ExitCode == UnknownRow)
        {
            return new MissingPeerException($"{_name} has no row \"{_row}\"");
        }

        string complaint = _errors.Result.Trim().Split('\n')[^1];
        return new MissingPeerException($"{_name} {_row} ended with exit code {_process.ExitCode}{(complaint.Length == 0 ? "" : ": " + complaint)}");
    }
}
