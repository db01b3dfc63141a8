using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;
using Bridge.Tests.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Row Z8 without descriptors, and that nothing keeps any.</summary>
[Collection(DescriptorsCollection.Name)]
public abstract class DescriptorContract(Func<ISelector> newSelector)
{
    [Fact(Timeout = 30000)]
    public void Accept_OutOfDescriptors_PausesReportsOnceAndGoesOn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is set in Linux's way.");
        using var test = new VirtualTest(newSelector());
        test.Exhaust();
    }

    [Fact(Timeout = 30000)]
    public void Close_WhileAcceptingPauses_Ends()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is set in Linux's way.");
        using var test = new VirtualTest(newSelector());
        test.CloseWhilePaused();
    }

    [Fact(Timeout = 30000)]
    public void LoopClosed_WithEverythingOpen_LeavesNoDescriptor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors are counted in Linux's way.");
        OpenEverything();
        Garbage.Collect();
        HashSet<int> before = TestLibC.OpenDescriptors();
        OpenEverything();
        Assert.Equal(before, TestLibC.OpenDescriptors());
    }

    private void OpenEverything()
    {
        using var path = new TemporaryPath();
        using var other = new TemporaryPath();
        using var hanging = new FullListener(new IPEndPoint(IPAddress.Loopback, 0));
        var loop = new SelectorEventLoop(newSelector()) { ExceptionHandler = static (_, _) => { } };
        loop.RunUntilComplete(Open());
        loop.Close();
        Assert.False(File.Exists(path.Name));

        async Coroutine Open()
        {
            Server server = await loop.CreateServer(() => new RecordingProtocol(), null, 0);
            await loop.CreateConnection(() => new RecordingProtocol(), "127.0.0.1", ((IPEndPoint)server.Sockets[0].LocalEndPoint!).Port);
            await loop.CreateUnixServer(() => new RecordingProtocol(), path.Name);
            await loop.CreateUnixConnection(() => new RecordingProtocol(), path.Name);
            await loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), new IPEndPoint(IPAddress.Loopback, 0));
            await loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), new UnixDomainSocketEndPoint(other.Name));

            // Still connecting when the loop closes.
            var options = new ConnectOptions { HappyEyeballsDelay = TimeSpan.FromMilliseconds(1) };
            loop.Resolver = new ScriptedResolver().With("host", [.. Enumerable.Repeat((IPEndPoint)hanging.Address, 5)]);
            _ = loop.CreateTask(loop.CreateConnection(() => new RecordingProtocol(), "host", 1, options));
            _ = loop.CreateTask(loop.CreateConnection(() => new RecordingProtocol(), hanging.Address));
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(5));

            // A race that is won leaves nothing of the losers.
            using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            loop.Resolver = new ScriptedResolver().With("host", (IPEndPoint)hanging.Address, (IPEndPoint)listener.LocalEndPoint!);
            await loop.CreateConnection(() => new RecordingProtocol(), "host", 1, options);
        }
    }

    private sealed class VirtualTest(ISelector selector) : Bridge.TestKit.LoopTest(selector: selector)
    {
        private readonly List<RecordingProtocol> _served = [];
        private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        internal void Exhaust() => Run(async Coroutine () =>
        {
            Server server = await Prepare();
            using (TestLibC.AllowMoreDescriptors(0))
            {
                _client.Connect(server.Sockets[0].LocalEndPoint!);
                await LoopTask.Yield();
                await LoopTask.Yield();

                // Not watched any more, so it does not spin.
                int waits = Selector.Waits.Count;
                await LoopTask.Sleep(TimeSpan.FromSeconds(0.9));
                Assert.InRange(Selector.Waits.Count - waits, 0, 10);
                Assert.StartsWith("socket.accept() out of system resource", TakeReport().Message, StringComparison.Ordinal);

                // Tried again after a second, in vain.
                await LoopTask.Sleep(TimeSpan.FromSeconds(1));
                TakeReport();
            }

            Assert.Single(_served);
            await LoopTask.Sleep(TimeSpan.FromSeconds(1));
            await LoopTask.Yield();
            Assert.Equal(2, _served.Count);
            _client.Dispose();
            server.Close();
            await server.WaitClosed();
        });

        internal void CloseWhilePaused() => Run(async Coroutine () =>
        {
            Server server = await Prepare();
            using (TestLibC.AllowMoreDescriptors(0))
            {
                _client.Connect(server.Sockets[0].LocalEndPoint!);
                await LoopTask.Sleep(TimeSpan.FromSeconds(0.5));
                TakeReport();
            }

            server.Close();
            await server.WaitClosed();
            await LoopTask.Sleep(TimeSpan.FromSeconds(5));
            Assert.Single(_served);
            _client.Dispose();
        });

        /// <summary>A server that has served once, so that everything is loaded that takes descriptors to load.</summary>
        private async Coroutine<Server> Prepare()
        {
            Server server = await Loop.CreateServer(() => ConnectionContract.Kept(_served, new RecordingProtocol()), "127.0.0.1", 0);
            (Transport transport, RecordingProtocol protocol) = await Loop.CreateConnection(() => new RecordingProtocol(), server.Sockets[0].LocalEndPoint!);
            while (_served.Count == 0)
            {
                await LoopTask.Yield();
            }

            transport.Close();
            await protocol.Lost;
            await _served[0].Lost;
            Loop.CallExceptionHandler(new LoopErrorContext("warm", new SocketException((int)SocketError.TooManyOpenSockets)));
            Assert.Equal("warm", TakeReport().Message);
            return server;
        }
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollDescriptorTests() : DescriptorContract(static () => new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollDescriptorTests() : DescriptorContract(static () => new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectDescriptorTests() : DescriptorContract(static () => new SelectSelector());
