using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;
using Bridge.Tests.Processes;
using Bridge.Tests.Selectors;
using Bridge.Tests.Signals;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Tests.Net;

/// <summary>A loop that is closed with everything open at the same time. Runs alone: it counts descriptors.</summary>
[Collection(DescriptorsCollection.Name)]
public abstract class LoopCloseContract(Func<ISelector> newSelector)
{
    [Fact(Timeout = 60000)]
    public void LoopClosed_WithEverythingOpen_LeavesNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors are counted in Linux's way.");
        OpenAndClose();
        Garbage.Collect();
        HashSet<int> before = TestLibC.OpenDescriptors();
        OpenAndClose();

        // The status of a child that was killed is taken when it is dead, maybe a moment later.
        SpinWait.SpinUntil(() => before.SetEquals(TestLibC.OpenDescriptors()), TimeSpan.FromSeconds(20));
        Assert.Equal(before, TestLibC.OpenDescriptors());
    }

    private void OpenAndClose()
    {
        using var open = new Everything(new SelectorEventLoop(newSelector()) { ExceptionHandler = static (_, _) => { } });
        open.Loop.RunUntilComplete(open.Open());
        open.Loop.Close();
        open.AssertReleased();
    }

    /// <summary>Opens at least one of each thing that a loop can have.</summary>
    private sealed class Everything(SelectorEventLoop loop) : IDisposable
    {
        private readonly TemporaryPath _serverPath = new();
        private readonly TemporaryPath _datagramPath = new();
        private readonly FullListener _hanging = new(new IPEndPoint(IPAddress.Loopback, 0));
        private readonly SocketPair _pair = new();
        private readonly SocketPair _watched = new();
        private readonly ManualResetEventSlim _gate = new();
        private readonly ManualResetEventSlim _jobBegan = new();
        private readonly ManualResetEventSlim _jobEnded = new();
        private int _child;

        internal SelectorEventLoop Loop => loop;

        internal async Coroutine Open()
        {
            await OpenConnections();
            await OpenStreams();
            await OpenTls();
            await OpenChild();
            await LeaveConnecting();
            Schedule();
        }

        internal void AssertReleased()
        {
            Assert.False(File.Exists(_serverPath.Name));
            Assert.True(_pair.Server.SafeHandle.IsClosed);
            Assert.False(_watched.Server.SafeHandle.IsClosed, "What only has a callback is its user's.");
            Assert.False(TestSignals.IsCaught(TestSignals.Usr2));
            Assert.True(_child == 0 || SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{_child}"), TimeSpan.FromSeconds(20)));

            // A job cannot be interrupted. It ends when it likes, and whom it tells is gone.
            Assert.False(_jobEnded.IsSet);
            _gate.Set();
            Assert.True(_jobEnded.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        }

        public void Dispose()
        {
            _serverPath.Dispose();
            _datagramPath.Dispose();
            _hanging.Dispose();
            _pair.Dispose();
            _watched.Dispose();
        }

        private async Coroutine OpenConnections()
        {
            Server server = await loop.CreateServer(() => new RecordingProtocol(), null, 0);
            (Transport busy, _) = await loop.CreateConnection(() => new RecordingProtocol(), "127.0.0.1", PortOf(server));
            busy.Write(new byte[32 * 1024 * 1024]);
            await loop.CreateUnixServer(() => new RecordingProtocol(), _serverPath.Name);
            await loop.CreateUnixConnection(() => new RecordingProtocol(), _serverPath.Name);
            await loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), new IPEndPoint(IPAddress.Loopback, 0));
            await loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), new UnixDomainSocketEndPoint(_datagramPath.Name));
            loop.AddReader(_watched.Server, static () => { });
            loop.AddWriter(_watched.Client, static () => { });
            _ = loop.CreateTask(server.ServeForever());
        }

        private async Coroutine OpenStreams()
        {
            Server server = await loop.StartServer(async Coroutine (stream) => await stream.Reader.ReadAsync(-1), "127.0.0.1", 0);
            LoopStream writing = await loop.OpenConnection(server.Sockets[0].LocalEndPoint!);
            writing.Writer.Write(new byte[32 * 1024 * 1024]);
            LoopStream reading = await loop.OpenConnection(_pair.Server);
            _ = loop.CreateTask(reading.Reader.ReadLineAsync().AsCoroutine());
        }

        private async Coroutine OpenTls()
        {
            var settings = new ServerOptions { Ssl = TestCertificates.ServerOptions() };
            Server server = await loop.CreateServer(() => new RecordingProtocol(), "127.0.0.1", 0, settings);
            var options = new ConnectOptions { Ssl = TestCertificates.ClientOptions() };
            await loop.CreateConnection(() => new RecordingProtocol(), server.Sockets[0].LocalEndPoint!, options);

            // Two handshakes that never end: a client that says nothing, and a server that does.
            await loop.CreateConnection(() => new RecordingProtocol(), server.Sockets[0].LocalEndPoint!);
            Server silent = await loop.CreateServer(() => new RecordingProtocol(), "127.0.0.1", 0);
            _ = loop.CreateTask(loop.CreateConnection(() => new RecordingProtocol(), silent.Sockets[0].LocalEndPoint!, options));
        }

        private async Coroutine OpenChild()
        {
            if (loop.SelectorName == "select")
            {
                return;
            }

            (SafeFileHandle reader, SafeFileHandle writer) = TestLibC.OpenPipe();
            await loop.ConnectReadPipe(() => new PipeEvents(), reader);
            await loop.ConnectWritePipe(() => new PipeEvents(), writer);
            var pipes = new ProcessOptions { StandardInput = Stdio.Pipe, StandardOutput = Stdio.Pipe, StandardError = Stdio.Pipe };
            LoopProcess process = await LoopProcess.StartAsync("cat", options: pipes);
            process.StandardInput!.Write(new byte[1_000_000]);
            _ = loop.CreateTask(process.WaitAsync());
            _child = process.Id;
        }

        private async Coroutine LeaveConnecting()
        {
            var options = new ConnectOptions { HappyEyeballsDelay = TimeSpan.FromMilliseconds(1) };
            loop.Resolver = new ScriptedResolver().With("host", [.. Enumerable.Repeat((IPEndPoint)_hanging.Address, 5)]);
            _ = loop.CreateTask(loop.CreateConnection(() => new RecordingProtocol(), "host", 1, options));
            _ = loop.CreateTask(loop.CreateConnection(() => new RecordingProtocol(), _hanging.Address));
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(5));

            // A race that is won leaves nothing of the losers.
            using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            loop.Resolver = new ScriptedResolver().With("host", (IPEndPoint)_hanging.Address, (IPEndPoint)listener.LocalEndPoint!);
            await loop.CreateConnection(() => new RecordingProtocol(), "host", 1, options);
        }

        private void Schedule()
        {
            loop.CallLater(TimeSpan.FromHours(1), static () => { });
            _ = loop.CreateTask(LoopTask.Sleep(TimeSpan.FromHours(1)));
            loop.AddSignalHandler(TestSignals.Usr2, static () => { });
            _ = loop.RunInExecutor(null, () =>
            {
                _jobBegan.Set();
                _gate.Wait(TimeSpan.FromSeconds(60));
                _jobEnded.Set();
                return 1;
            });
            _jobBegan.Wait();
            loop.CallSoonThreadSafe(static () => { });
        }

        private static int PortOf(Server server) => ((IPEndPoint)server.Sockets[0].LocalEndPoint!).Port;
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollLoopCloseTests() : LoopCloseContract(static () => new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollLoopCloseTests() : LoopCloseContract(static () => new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectLoopCloseTests() : LoopCloseContract(static () => new SelectSelector());
