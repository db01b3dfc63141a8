using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bridge.TestKit;

/// <summary>A program that a test talks with. Disposing ends it and gives back its pipes.</summary>
/// <remarks>Compiled into every test assembly that starts programs.</remarks>
internal sealed class RealPeer : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task<string> _errors;

    private RealPeer(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

    /// <summary>What the program reads.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>Where a program is. Skips the test where it is not, unless BRIDGE_REQUIRE_PEERS=1 asks for all of them; then the test fails.</summary>
    public static string Find(string program)
    {
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"];
        foreach (string folder in folders)
        {
            string path = Path.Combine(folder, program + (OperatingSystem.IsWindows() ? ".exe" : ""));
            if (File.Exists(path))
            {
                return path;
            }
        }

        string reason = $"{program} is not installed; eng/install-peers brings it where there is apt-get.";
        Assert.False(Environment.GetEnvironmentVariable("BRIDGE_REQUIRE_PEERS") == "1", reason);
        Assert.Skip(reason);
        throw new InvalidOperationException(reason);
    }

    /// <summary>Starts a program that is there.</summary>
    public static RealPeer Start(string program, params string[] arguments) => Start(new ProcessStartInfo(Find(program), arguments)
    {
        RedirectStandardInput = true,
        StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
    });

    /// <summary>Starts a program as described, and reads what it writes.</summary>
    public static RealPeer Start(ProcessStartInfo description)
    {
        description.RedirectStandardOutput = description.RedirectStandardError = true;
        description.StandardOutputEncoding = description.StandardErrorEncoding = Encoding.UTF8;
        return new RealPeer(Process.Start(description)!);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> Run(string program, params string[] arguments)
    {
        using RealPeer peer = Start(program, arguments);
        return await peer.End();
    }

    /// <summary>A port on loopback that is free now, for programs that cannot choose one themselves.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Gives the program a line.</summary>
    public async Task Tell(string line)
    {
        await Input.WriteAsync(line + "\n");
        await Input.FlushAsync();
    }

    /// <summary>Reads on until a line with the text, and returns that line.</summary>
    public async Task<string> ReadUntil(string text)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _output.Append(line).Append('\n');
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"{_process.StartInfo.FileName} ended without writing '{text}':\n{_output}\n{await _errors}");
    }

    /// <summary>Gives the program no more input, and waits for its end.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> End()
    {
        if (_process.StartInfo.RedirectStandardInput)
        {
            Input.Close();
        }

        _output.Append(await _process.StandardOutput.ReadToEndAsync());
        await _process.WaitForExitAsync();
        return (_process.ExitCode, _output.ToString(), await _errors);
    }

    /// <summary>Ends the program at once, as kill -9 does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        // Not left to their finalizers, which is what Process does with pipes that were asked for: .NET may keep the last reader for as long as it likes.
        _process.StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _errors.ContinueWith(static errors => _ = errors.Exception, TaskScheduler.Default);
        if (_process.StartInfo.RedirectStandardInput)
        {
            _process.StandardInput.BaseStream.Dispose(); // with nothing written that was not flushed: the program is gone
        }

        _process.Dispose();
    }
}
