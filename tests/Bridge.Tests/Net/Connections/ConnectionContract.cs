using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Connections and servers talk to each other, on each selector. Rows Z1, Z7, Z9, Z11, AG1, AG3.</summary>
public abstract class ConnectionContract(ISelector selector) : IoTest(selector)
{
    [Theory(Timeout = 30000)]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("localhost")]
    public void CreateConnection_ToAServer_CarriesDataBothWays(string host) => Run(async Coroutine () =>
    {
        var served = new List<RecordingProtocol>();
        AddressFamily family = host == "localhost" ? AddressFamily.InterNetwork : AddressFamily.Unspecified;
        Server server = await Loop.CreateServer(() => Kept(served, Echo()), host, 0, new ServerOptions { Family = family });
        int port = ((IPEndPoint)server.Sockets[0].LocalEndPoint!).Port;
        (Transport transport, RecordingProtocol protocol) = await Loop.CreateConnection(() => new RecordingProtocol(), host, port, new ConnectOptions { Family = family });
        Assert.Equal(["made"], protocol.Heard);
        Assert.Same(transport, protocol.Transport);
        Assert.Equal(port, ((IPEndPoint)transport.RemoteEndPoint!).Port);
        Assert.True(transport.GetExtraInfo<TransportSocket>(ExtraInfo.Socket)!.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.NoDelay) is not 0);

        transport.Write("hello"u8);
        transport.WriteEof();
        await protocol.Lost;
        Assert.Equal("hello", protocol.Text);
        RecordingProtocol other = Assert.Single(served);
        await other.Lost;
        Assert.Equal("hello", other.Text);
        server.Close();
        await server.WaitClosed();
    });

    [Fact(Timeout = 30000)]
    public void CreateUnixConnection_ToAServer_CarriesDataBothWays() => Run(async Coroutine () =>
    {
        using var path = new TemporaryPath();
        Server server = await Loop.CreateUnixServer(Echo, path.Name);
        (Transport transport, RecordingProtocol protocol) = await Loop.CreateUnixConnection(() => new RecordingProtocol(), path.Name);
        Assert.Equal(path.Name, transport.RemoteEndPoint!.ToString());
        transport.Write("hello"u8);
        transport.WriteEof();
        await protocol.Lost;
        Assert.Equal("hello", protocol.Text);
        server.Close();
        await server.WaitClosed();
        Assert.False(File.Exists(path.Name));
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_ManyAtOnce_AllAreServed() => Run(async Coroutine () =>
    {
        Server server = await Loop.CreateServer(Echo, "127.0.0.1", 0);
        EndPoint address = server.Sockets[0].LocalEndPoint!;
        (Transport Transport, RecordingProtocol Protocol)[] all = await LoopTask.Gather(
            Enumerable.Range(0, 150).Select(_ => Loop.CreateConnection(() => new RecordingProtocol(), address)));
        foreach ((Transport transport, _) in all)
        {
            transport.Write("x"u8);
            transport.WriteEof();
        }

        foreach ((_, RecordingProtocol protocol) in all)
        {
            await protocol.Lost;
            Assert.Equal("x", protocol.Text);
        }

        await server.DisposeAsync();
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_Refused_NamesTheAddress() => Run(async Coroutine () =>
    {
        using Socket nobody = BindOnly();
        EndPoint address = nobody.LocalEndPoint!;
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Loop.CreateConnection(() => new RecordingProtocol(), address));
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
        Assert.Contains(address.ToString()!, failure.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void CloseClients_OpenConnections_EndsThemAndTheServer() => Run(async Coroutine () =>
    {
        Server server = await Loop.CreateServer(Echo, "127.0.0.1", 0);
        (_, RecordingProtocol protocol) = await Loop.CreateConnection(() => new RecordingProtocol(), server.Sockets[0].LocalEndPoint!);
        protocol.Transport.Write("x"u8);
        await Until(() => protocol.Data.Count > 0);

        server.Close();
        LoopTask closed = Loop.CreateTask(server.WaitClosed());
        await LoopTask.Yield();
        Assert.False(closed.IsDone);
        server.CloseClients();
        await closed;
        await protocol.Lost;
        Assert.Equal("eof", protocol.Heard[^2]);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_ListenerGoesBeforeItAccepts_IsLostByAReset() => Run(async Coroutine () =>
    {
        Socket listener = Listen();
        (_, RecordingProtocol protocol) = await Loop.CreateConnection(() => new RecordingProtocol(), listener.LocalEndPoint!);
        listener.Dispose();
        await protocol.Lost;
        Assert.Equal(SocketError.ConnectionReset, ((SocketException)protocol.Failure!).SocketErrorCode);
        Assert.Equal(["made", "lost SocketException"], protocol.Heard);
    });

    internal static RecordingProtocol Echo() => new() { OnData = static protocol => protocol.Transport.Write(protocol.Data.ToArray()) };

    internal static RecordingProtocol Kept(List<RecordingProtocol> list, RecordingProtocol protocol)
    {
        list.Add(protocol);
        return protocol;
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollConnectionTests() : ConnectionContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollConnectionTests() : ConnectionContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectConnectionTests() : ConnectionContract(new SelectSelector());
