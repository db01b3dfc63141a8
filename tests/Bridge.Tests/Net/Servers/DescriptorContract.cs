using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;
using Bridge.Tests.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Row Z8 and its kin when descriptors have run out.</summary>
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
    public void Open_OutOfDescriptors_ThrowsAndWorksAfterwards()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is set in Linux's way.");
        using var test = new VirtualTest(newSelector());
        test.OpenWithout();
    }

    private sealed class VirtualTest(ISelector selector) : Bridge.TestKit.LoopTest(selector: selector)
    {
        private readonly List<RecordingProtocol> _served = [];
        private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        internal void Exhaust() => Run(async Coroutine () =>
        {
            Server server = await Prepare();
            using (TestLibC.AllowMoreDescriptors(0))
            {
                ConnectClient();
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

        internal void OpenWithout() => Run(async Coroutine () =>
        {
            Server server = await Prepare();
            EndPoint address = server.Sockets[0].LocalEndPoint!;
            _client.Dispose();
            using var path = new TemporaryPath();
            Garbage.Collect();
            HashSet<int> before = TestLibC.OpenDescriptors();
            Func<Coroutine>[] openings =
            [
                async Coroutine () => await Loop.CreateConnection(() => new RecordingProtocol(), address),
                async Coroutine () => await Loop.CreateConnection(() => new RecordingProtocol(), "127.0.0.1", ((IPEndPoint)address).Port, new ConnectOptions { HappyEyeballsDelay = TimeSpan.FromSeconds(1) }),
                async Coroutine () => await Loop.OpenConnection(address),
                async Coroutine () => await Loop.CreateUnixConnection(() => new RecordingProtocol(), path.Name),
                async Coroutine () => await Loop.CreateServer(() => new RecordingProtocol(), "127.0.0.1", 0),
                async Coroutine () => await Loop.CreateUnixServer(() => new RecordingProtocol(), path.Name),
                async Coroutine () => await Loop.CreateDatagramEndpoint(() => new RecordingDatagramProtocol(), new IPEndPoint(IPAddress.Loopback, 0)),
            ];
            foreach (Func<Coroutine> open in openings)
            {
                Exception? failure;
                using (TestLibC.AllowMoreDescriptors(0))
                {
                    failure = await Outcome.Of(open());
                }

                Assert.Equal(SocketError.TooManyOpenSockets, Assert.IsType<SocketException>(failure).SocketErrorCode);
                Assert.Equal(before, TestLibC.OpenDescriptors());
            }

            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listener.LocalEndPoint!);
            using (TestLibC.AllowMoreDescriptors(0))
            {
                Exception? failure = await Outcome.Of(Loop.SockAccept(listener));
                Assert.Equal(SocketError.TooManyOpenSockets, Assert.IsType<SocketException>(failure).SocketErrorCode);
            }

            using Socket taken = await Loop.SockAccept(listener);
            Assert.Equal(client.LocalEndPoint, taken.RemoteEndPoint);
            (Transport transport, RecordingProtocol protocol) = await Loop.CreateConnection(() => new RecordingProtocol(), address);
            transport.Close();
            await protocol.Lost;
            server.Close();
            await server.WaitClosed();
        });

        internal void CloseWhilePaused() => Run(async Coroutine () =>
        {
            Server server = await Prepare();
            using (TestLibC.AllowMoreDescriptors(0))
            {
                ConnectClient();
                await LoopTask.Sleep(TimeSpan.FromSeconds(0.5));
                TakeReport();
            }

            server.Close();
            await server.WaitClosed();
            await LoopTask.Sleep(TimeSpan.FromSeconds(5));
            Assert.Single(_served);
            _client.Dispose();
        });

        /// <summary>Connects, and waits until the server can see it: time is virtual here, and that of the system is not.</summary>
        private void ConnectClient()
        {
            _client.Connect(_listener.LocalEndPoint!);
            Assert.True(_listener.Poll(TimeSpan.FromSeconds(20), SelectMode.SelectRead));
        }

        /// <summary>A server that has served once, so that everything is loaded that takes descriptors to load.</summary>
        private async Coroutine<Server> Prepare()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Server server = await Loop.CreateServer(() => ConnectionContract.Kept(_served, new RecordingProtocol()), _listener);
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
