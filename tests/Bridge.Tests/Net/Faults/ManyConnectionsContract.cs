using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;
using Bridge.Tests.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Ten thousand connections that do nothing. Runs alone: it takes most descriptors there are, and counts them.</summary>
[Collection(DescriptorsCollection.Name)]
public abstract class ManyConnectionsContract(ISelector selector) : IoTest(selector)
{
    private const int Wanted = 10_000;

    /// <summary>Fewer than any system's queue holds: they wait there while this thread connects.</summary>
    private const int Batch = 100;

    [Fact(Timeout = 120000)]
    public void TenThousandIdle_EachIsServedAndNothingIsLeft()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors are counted in Linux's way.");

        // Both ends count, and the runtime has some of its own.
        using IDisposable limit = TestLibC.TryAllowDescriptors((2 * Wanted) + 500, out long allowed);
        int count = (int)Math.Min(Wanted, (allowed - 500) / 2);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} connections; the limit is {allowed} descriptors."));
        Run(() => Serve(2));
        Garbage.Collect();
        HashSet<int> before = TestLibC.OpenDescriptors();
        Run(() => Serve(count));
        Assert.Equal(before, TestLibC.OpenDescriptors());
    }

    private async Coroutine Serve(int count)
    {
        var served = new List<RecordingProtocol>(count);
        var clients = new List<Socket>(count);
        Server server = await Loop.CreateServer(() => ConnectionContract.Kept(served, ConnectionContract.Echo()), "127.0.0.1", 0, new ServerOptions { Backlog = Batch });
        while (clients.Count < count)
        {
            for (int i = Math.Min(Batch, count - clients.Count); i > 0; i--)
            {
                clients.Add(ConnectBlocking(server.Sockets[0].LocalEndPoint!));
            }

            await Until(() => served.Count == clients.Count);
        }

        await Until(() => served[^1].Transport is not null);
        Socket last = clients[^1];
        await Loop.SockSendAll(last, "still there?"u8.ToArray());
        var answer = new byte[100];
        Assert.Equal(12, await Loop.SockReceive(last, answer));
        Assert.All(served, static protocol => Assert.False(protocol.Lost.IsDone));

        // By resets, so that the system has not ten thousand ports to keep for a minute.
        foreach (Socket client in clients)
        {
            client.LingerState = new LingerOption(true, 0);
            client.Dispose();
        }

        await Until(() => served.TrueForAll(static protocol => protocol.Lost.IsDone));
        server.Close();
        await server.WaitClosed();
    }

    private static Socket ConnectBlocking(EndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(address);
        socket.Blocking = false;
        return socket;
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollManyConnectionsTests() : ManyConnectionsContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollManyConnectionsTests() : ManyConnectionsContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectManyConnectionsTests() : ManyConnectionsContract(new SelectSelector());
