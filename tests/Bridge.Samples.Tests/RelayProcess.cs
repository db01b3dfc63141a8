using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Bridge.Samples.Tests;

/// <summary>The Relay sample, listening, with a line to its control port.</summary>
internal sealed class RelayProcess : IDisposable
{
    private readonly SampleProcess _process;
    private readonly TcpClient _control;
    private readonly StreamReader _answers;

    private RelayProcess(SampleProcess process, int port, int linePort)
    {
        (_process, Port, LinePort) = (process, port, linePort);
        _control = new TcpClient("127.0.0.1", linePort);
        _answers = new StreamReader(_control.GetStream());
    }

    /// <summary>Where clients connect.</summary>
    internal int Port { get; }

    /// <summary>Where the line protocol is.</summary>
    internal int LinePort { get; }

    internal static Task<RelayProcess> Start(SampleFolder folder, int to, params string[] options) => Start(folder, $"127.0.0.1:{to}", options);

    internal static async Task<RelayProcess> Start(SampleFolder folder, string to, params string[] options)
    {
        var process = new SampleProcess("Relay", folder, ["--listen", "127.0.0.1:0", "--to", to, "--lines", "127.0.0.1:0", .. options]);
        try
        {
            int lines = PortIn(await process.ReadUntil("Line protocol"));
            return new RelayProcess(process, PortIn(await process.ReadUntil("Relaying")), lines);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    internal NetworkStream Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal async Task<string> Ask(string command)
    {
        await _control.GetStream().WriteAsync(Encoding.UTF8.GetBytes(command + "\n"));
        return (await _answers.ReadLineAsync())!;
    }

    /// <summary>One number of the statistics.</summary>
    internal async Task<long> Count(string name) => CountIn(await Ask("stats"), name);

    internal static long CountIn(string json, string name)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty(name).GetInt64();
    }

    /// <summary>Asks until a number of the statistics is this one; each answer takes the relay a turn or more.</summary>
    internal async Task Until(string name, long value)
    {
        while (await Count(name) != value)
        {
            await Task.Yield();
        }
    }

    internal Task<string> ReadUntil(string text) => _process.ReadUntil(text);

    internal void Terminate() => _process.Terminate();

    internal void PressCtrlC() => _process.PressCtrlC();

    internal async Task<(int ExitCode, string LastLine, string Errors)> End()
    {
        var (exitCode, output, errors) = await _process.End();
        return (exitCode, output.TrimEnd().Split('\n')[^1], errors);
    }

    /// <summary>Ends it in good order; fails if that did not go well.</summary>
    internal async Task<string> Stop()
    {
        Terminate();
        var (exitCode, lastLine, errors) = await End();
        Assert.Equal("", errors);
        Assert.Equal(0, exitCode);
        return lastLine;
    }

    public void Dispose()
    {
        _answers.Dispose();
        _control.Dispose();
        _process.Dispose();
    }

    private static int PortIn(string line) => int.Parse(line[(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
}

/// <summary>A server of .NET's own sockets and tasks, for the other side of the relay. Disposing ends it and its connections.</summary>
internal sealed class TaskServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<NetworkStream, Task> _serve;
    private readonly List<TcpClient> _clients = [];
    private readonly List<Task> _tasks = [];
    private readonly Task _accepting;

    /// <summary>Written before the listener is stopped, read when accepting fails for that.</summary>
    private volatile bool _isStopped;

    private TaskServer(Func<NetworkStream, Task> serve)
    {
        _serve = serve;
        _listener.Start(500);
        _accepting = Accept();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal static TaskServer Start(Func<NetworkStream, Task> serve) => new(serve);

    /// <summary>Gives everything back, and the end after it.</summary>
    internal static TaskServer Echo() => new(static stream => stream.CopyToAsync(stream));

    public void Dispose()
    {
        _isStopped = true;
        _listener.Stop();
        _accepting.Wait();
        lock (_clients)
        {
            _clients.ForEach(static client => client.Dispose());
        }

        // Each has ended, or is about to: its socket is closed.
        Task.WaitAll([.. _tasks]);
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                lock (_clients)
                {
                    _clients.Add(client);
                    _tasks.Add(Serve(client));
                }
            }
        }
        catch (Exception) when (_isStopped)
        {
        }
    }

    private async Task Serve(TcpClient client)
    {
        await Task.Yield();
        try
        {
            using (client)
            {
                await _serve(client.GetStream());
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection ended; the tests look at the other side.
        }
    }
}
