using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Rows Z1 to Z3 and Z11 by way of CreateConnection.</summary>
public abstract class CreateConnectionContract(ISelector selector) : IoTest(selector)
{
    private readonly Socket _listener = Listen();
    private readonly Socket _bound = BindOnly();

    private IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    private IPEndPoint Nobody => (IPEndPoint)_bound.LocalEndPoint!;

    [Fact(Timeout = 30000)]
    public void CreateConnection_BadArguments_ThrowAtTheCall()
    {
        Func<BaseProtocol> factory = () => new RecordingProtocol();
        Assert.Throws<ArgumentNullException>(() => Loop.CreateConnection<BaseProtocol>(null!, "localhost", 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.CreateConnection(factory, "localhost", 65536));
        Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, "localhost", string.Empty));
        Assert.Throws<ArgumentNullException>(() => Loop.CreateConnection(factory, (EndPoint)null!));
        Assert.Throws<ArgumentNullException>(() => Loop.CreateConnection(factory, (Socket)null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.CreateConnection(factory, "localhost", 1, new ConnectOptions { Interleave = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.CreateConnection(factory, "localhost", 1, new ConnectOptions { HappyEyeballsDelay = TimeSpan.FromSeconds(-1) }));
        Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, "localhost", 1, new ConnectOptions { LocalAddress = new UnixDomainSocketEndPoint("/x") }));
        Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, new UnixDomainSocketEndPoint("/x"), new ConnectOptions { AllErrors = true }));
        Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, new StrangeEndPoint()));
        using Socket datagram = NewSocket(type: SocketType.Dgram);
        Assert.Contains("stream socket", Assert.Throws<ArgumentException>(() => Loop.CreateConnection(factory, datagram)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Loop.ConnectAcceptedSocket(factory, datagram));
        Socket closed = NewSocket();
        closed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Loop.CreateConnection(factory, closed));
    }

    [Fact(Timeout = 30000)]
    public void CreateConnection_SeveralAddresses_TakesTheFirstThatAnswers() => Run(async Coroutine () =>
    {
        var resolver = new ScriptedResolver().With("host", Nobody, Address, Nobody);
        Loop.Resolver = resolver;
        (Transport transport, RecordingProtocol protocol) = await Connect("host", 80);
        Assert.Equal(Address, transport.RemoteEndPoint);
        NameQuery asked = Assert.Single(resolver.Asked);
        Assert.Equal(new NameQuery("host", "80", AddressFamily.Unspecified, SocketType.Stream), asked);
        await Close(transport, protocol);
        Assert.Empty(Selector.Keys);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_ServiceScopeAndFamily_GoToTheResolver() => Run(async Coroutine () =>
    {
        var resolver = new ScriptedResolver().With("127.0.0.1", Address).With("fe80::1%1", Address).With("host", Address);
        Loop.Resolver = resolver;
        (Transport transport, RecordingProtocol protocol) = await Loop.CreateConnection(() => new RecordingProtocol(), "127.0.0.1", "http");
        await Close(transport, protocol);
        (transport, protocol) = await Connect("fe80::1%1", 80);
        await Close(transport, protocol);
        (transport, protocol) = await Loop.CreateConnection(() => new RecordingProtocol(), new DnsEndPoint("host", 80, AddressFamily.InterNetwork));
        await Close(transport, protocol);
        Assert.Equal(["http", "80", "80"], resolver.Asked.Select(static query => query.Service));
        Assert.Equal(AddressFamily.InterNetwork, resolver.Asked[2].Family);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_OneFailure_ThrowsIt() => Run(async Coroutine () =>
    {
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Connect("127.0.0.1", Nobody.Port));
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
        Assert.StartsWith($"Connect call failed {Nobody}", failure.Message, StringComparison.Ordinal);
    });

    [Theory(Timeout = 30000)]
    [InlineData(false)]
    [InlineData(true)]
    public void CreateConnection_SameFailureTwice_ThrowsTheFirst(bool races) => Run(async Coroutine () =>
    {
        Loop.Resolver = new ScriptedResolver().With("host", Nobody, Nobody);
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Connect("host", 80, Options(races)));
        Assert.StartsWith($"Connect call failed {Nobody}", failure.Message, StringComparison.Ordinal);
    });

    [Theory(Timeout = 30000)]
    [InlineData(false)]
    [InlineData(true)]
    public void CreateConnection_DifferentFailures_ThrowsOneThatQuotesAll(bool races) => Run(async Coroutine () =>
    {
        using Socket bound = BindOnly();
        var other = (IPEndPoint)bound.LocalEndPoint!;
        Loop.Resolver = new ScriptedResolver().With("host", Nobody, other);
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Connect("host", 80, Options(races)));
        Assert.StartsWith("Multiple exceptions: Connect call failed", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Nobody.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Contains(other.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    });

    [Theory(Timeout = 30000)]
    [InlineData(false)]
    [InlineData(true)]
    public void CreateConnection_AllErrors_ThrowsThemAll(bool races) => Run(async Coroutine () =>
    {
        Loop.Resolver = new ScriptedResolver().With("host", Nobody, Nobody);
        AggregateException failure = await Throws<AggregateException>(async Coroutine () => await Connect("host", 80, Options(races) with { AllErrors = true }));
        Assert.StartsWith("CreateConnection failed", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, failure.InnerExceptions.Count);
        Assert.All(failure.InnerExceptions, inner => Assert.IsType<SocketException>(inner));
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_UnknownHost_ThrowsTheLookupsFailure() => Run(async Coroutine () =>
    {
        Loop.Resolver = new ScriptedResolver();
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Connect("nowhere", 80));
        Assert.Equal(SocketError.HostNotFound, failure.SocketErrorCode);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_FirstAddressHangs_TheNextIsTriedBesideIt() => Run(async Coroutine () =>
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems refuse what does not fit into the queue.");
        using var hanging = new FullListener(new IPEndPoint(IPAddress.Loopback, 0));
        Loop.Resolver = new ScriptedResolver().With("host", (IPEndPoint)hanging.Address, Address);
        (Transport transport, RecordingProtocol protocol) = await Connect("host", 80, Options(races: true));
        Assert.Equal(Address, transport.RemoteEndPoint);
        await Close(transport, protocol);
        Assert.Empty(Selector.Keys);
        Assert.Equal([LoopTask.Current!], LoopTask.All(Loop));
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_Race_TakesFamiliesInTurn() => Run(async Coroutine () =>
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems refuse what does not fit into the queue.");
        using var hanging = new FullListener(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        var hangs = (IPEndPoint)hanging.Address;
        Loop.Resolver = new ScriptedResolver().With("host", hangs, hangs, hangs, Address);
        var options = new ConnectOptions { HappyEyeballsDelay = TimeSpan.Zero, AllErrors = true };
        (Transport transport, RecordingProtocol protocol) = await Connect("host", 80, options);
        Assert.Equal(Address, transport.RemoteEndPoint);
        await Close(transport, protocol);
    });

    [Theory(Timeout = 30000)]
    [InlineData(false)]
    [InlineData(true)]
    public void CreateConnection_CancelledWhileConnecting_ClosesTheSocket(bool races) => Run(async Coroutine () =>
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems refuse what does not fit into the queue.");
        using var hanging = new FullListener(new IPEndPoint(IPAddress.Loopback, 0));
        var address = (IPEndPoint)hanging.Address;
        LoopTask task = Loop.CreateTask(Connect("127.0.0.1", address.Port, Options(races)));
        await Until(() => Selector.Keys.Count > 0);
        task.Cancel("enough");
        Assert.Equal("enough", Assert.IsType<LoopCanceledException>(await Outcome.Of(task), exactMatch: false).CancelMessage);
        Assert.Empty(Selector.Keys);
        Assert.Equal([LoopTask.Current!], LoopTask.All(Loop));
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_WithinATimeout_EndsWithIt() => Run(async Coroutine () =>
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems refuse what does not fit into the queue.");
        using var hanging = new FullListener(new IPEndPoint(IPAddress.Loopback, 0));
        await Throws<TimeoutException>(async Coroutine () =>
            await LoopTask.WaitFor(Loop.CreateConnection(() => new RecordingProtocol(), hanging.Address), TimeSpan.FromMilliseconds(20)));
        Assert.Empty(Selector.Keys);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_CancelledOnceConnected_ClosesTheTransport() => Run(async Coroutine () =>
    {
        LoopTask? task = null;
        RecordingProtocol? protocol = null;
        task = Loop.CreateTask(Loop.CreateConnection(() => protocol = new RecordingProtocol { OnMade = _ => task!.Cancel() }, Address));
        Assert.IsType<LoopCanceledException>(await Outcome.Of(task), exactMatch: false);
        await protocol!.Lost;
        Assert.Equal(["made", "lost"], protocol.Heard);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_LocalAddress_IsBound() => Run(async Coroutine () =>
    {
        IPEndPoint local = FreeAddress();
        (Transport transport, RecordingProtocol protocol) = await Connect("127.0.0.1", Address.Port, new ConnectOptions { LocalAddress = local });
        Assert.Equal(local, transport.LocalEndPoint);
        await Close(transport, protocol);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_LocalNameOfTwoFamilies_TakesThatOfTheAddress() => Run(async Coroutine () =>
    {
        Loop.Resolver = new ScriptedResolver().With("here", new IPEndPoint(IPAddress.IPv6Loopback, 0), new IPEndPoint(IPAddress.Loopback, 0));
        var options = new ConnectOptions { LocalAddress = new DnsEndPoint("here", 0) };
        (Transport transport, RecordingProtocol protocol) = await Connect("127.0.0.1", Address.Port, options);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)transport.LocalEndPoint!).Address);
        await Close(transport, protocol);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_LocalAddressOfAnotherFamily_SaysSo() => Run(async Coroutine () =>
    {
        var options = new ConnectOptions { LocalAddress = new IPEndPoint(IPAddress.IPv6Loopback, 0) };
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Connect("127.0.0.1", Address.Port, options));
        Assert.Contains("no matching local address with family=InterNetwork found", failure.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_LocalAddressInUse_NamesIt() => Run(async Coroutine () =>
    {
        var options = new ConnectOptions { LocalAddress = Address };
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Connect("127.0.0.1", Address.Port, options));
        Assert.Equal(SocketError.AddressAlreadyInUse, failure.SocketErrorCode);
        Assert.StartsWith($"error while attempting to bind on address {Address}", failure.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_SecondLocalAddressWorks_IsUsed() => Run(async Coroutine () =>
    {
        Loop.Resolver = new ScriptedResolver().With("here", new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0), new IPEndPoint(IPAddress.Loopback, 0));
        (Transport transport, RecordingProtocol protocol) = await Connect("127.0.0.1", Address.Port, new ConnectOptions { LocalAddress = new DnsEndPoint("here", 0) });
        await Close(transport, protocol);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_FactoryThrows_ClosesTheSocket() => Run(async Coroutine () =>
    {
        await Throws<FormatException>(async Coroutine () => await Loop.CreateConnection<RecordingProtocol>(() => throw new FormatException(), Address));
        await Throws<InvalidOperationException>(async Coroutine () => await Loop.CreateConnection<RecordingProtocol>(() => null!, Address));
        await Throws<ArgumentException>(async Coroutine () => await Loop.CreateConnection(() => new RecordingDatagramProtocol(), Address));
        var buffer = new byte[1];
        for (int i = 0; i < 3; i++)
        {
            using Socket accepted = await Loop.SockAccept(_listener);
            Assert.Equal(0, await Loop.SockReceive(accepted, buffer));
        }
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_ConnectedSocket_IsUsed() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        pair.Server.Blocking = true;
        (Transport transport, RecordingProtocol protocol) = await Loop.CreateConnection(() => new RecordingProtocol(), pair.Server);
        Assert.False(pair.Server.Blocking);
        Assert.True(pair.Server.NoDelay);
        pair.Client.Send("x"u8);
        await Until(() => protocol.Text == "x");
        await Close(transport, protocol);
        Assert.True(pair.Server.SafeHandle.IsClosed);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_SocketAndFactoryThrows_LeavesTheSocketToItsOwner() => Run(async Coroutine () =>
    {
        using var pair = new SocketPair();
        await Throws<FormatException>(async Coroutine () => await Loop.CreateConnection<RecordingProtocol>(() => throw new FormatException(), pair.Server));
        Assert.False(pair.Server.SafeHandle.IsClosed);
    });

    [Fact(Timeout = 30000)]
    public void ConnectAcceptedSocket_OfAnAccept_Talks() => Run(async Coroutine () =>
    {
        LoopTask<(Transport Transport, RecordingProtocol Protocol)> connecting = Loop.CreateTask(Loop.CreateConnection(() => new RecordingProtocol(), Address));
        (Transport transport, RecordingProtocol protocol) = await Loop.ConnectAcceptedSocket(() => new RecordingProtocol(), await Loop.SockAccept(_listener));
        (Transport client, RecordingProtocol asking) = await connecting;
        transport.Write("hello"u8);
        transport.Close();
        await asking.Lost;
        Assert.Equal("hello", asking.Text);
        Assert.Equal(Address, client.RemoteEndPoint);
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_PeerResetsAtOnce_TheProtocolHearsOfIt() => Run(async Coroutine () =>
    {
        (_, RecordingProtocol protocol) = await Loop.CreateConnection(() => new RecordingProtocol(), Address);
        Socket accepted = await Loop.SockAccept(_listener);
        accepted.LingerState = new LingerOption(true, 0);
        accepted.Dispose();
        await protocol.Lost;
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(protocol.Failure).SocketErrorCode);
    });

    [Fact(Timeout = 30000)]
    public void CreateConnection_ListenerGoneWhileConnecting_EndsWithAReset() => Run(async Coroutine () =>
    {
        // In the listener's queue, connected and not accepted: closing the listener resets it.
        (_, RecordingProtocol protocol) = await Loop.CreateConnection(() => new RecordingProtocol(), Address);
        _listener.Dispose();
        await protocol.Lost;
        Assert.IsType<SocketException>(protocol.Failure);
    });

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _listener.Dispose();
        _bound.Dispose();
    }

    /// <summary>A race that never gets to its delay unless an address hangs.</summary>
    private static ConnectOptions Options(bool races) => new() { HappyEyeballsDelay = races ? TimeSpan.FromMilliseconds(20) : null };

    private static async Coroutine Close(Transport transport, RecordingProtocol protocol)
    {
        transport.Close();
        await protocol.Lost;
        await LoopTask.Yield();
    }

    private Coroutine<(Transport Transport, RecordingProtocol Protocol)> Connect(string host, int port, ConnectOptions? options = null)
        => Loop.CreateConnection(() => new RecordingProtocol(), host, port, options);

    private sealed class StrangeEndPoint : EndPoint;
}

/// <summary>On epoll.</summary>
public sealed class EpollCreateConnectionTests() : CreateConnectionContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollCreateConnectionTests() : CreateConnectionContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectCreateConnectionTests() : CreateConnectionContract(new SelectSelector());
