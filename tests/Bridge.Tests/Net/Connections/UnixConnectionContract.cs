using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Row Z9.</summary>
public abstract class UnixConnectionContract(ISelector selector) : IoTest(selector)
{
    private readonly TemporaryPath _path = new();

    [Fact(Timeout = 30000)]
    public void CreateUnix_BadArguments_ThrowAtTheCall()
    {
        Func<BaseProtocol> factory = () => new RecordingProtocol();
        Assert.Throws<ArgumentNullException>(() => Loop.CreateUnixConnection<BaseProtocol>(null!, _path.Name));
        Assert.Throws<ArgumentNullException>(() => Loop.CreateUnixConnection(factory, (string)null!));
        Assert.Throws<ArgumentException>(() => Loop.CreateUnixConnection(factory, string.Empty));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.CreateUnixConnection(factory, new string('x', 500)));
        Assert.Throws<ArgumentNullException>(() => Loop.CreateUnixServer(factory, (string)null!));
        Assert.Throws<ArgumentException>(() => Loop.CreateUnixServer(factory, string.Empty));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.CreateUnixServer(factory, _path.Name, new UnixServerOptions { Backlog = 0 }));
        using Socket internet = NewSocket();
        using Socket datagram = NewSocket(AddressFamily.Unix, SocketType.Dgram);
        foreach (Socket socket in (Socket[])[internet, datagram])
        {
            Assert.Contains("Unix-domain stream socket", Assert.Throws<ArgumentException>(() => Loop.CreateUnixConnection(factory, socket)).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => Loop.CreateUnixServer(factory, socket));
        }
    }

    [Fact(Timeout = 30000)]
    public void CreateUnixConnection_NobodyThere_NamesThePath() => Run(async Coroutine () =>
    {
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Connect());
        Assert.Contains(_path.Name, failure.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void CreateUnixConnection_QueueFull_WaitsForRoom() => Run(async Coroutine () =>
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems refuse what does not fit into the queue.");
        using var listener = new FullListener(new UnixDomainSocketEndPoint(_path.Name));
        LoopTask<(Transport Transport, RecordingProtocol Protocol)> connecting = Loop.CreateTask(Connect());
        await LoopTask.Sleep(TimeSpan.FromMilliseconds(5));
        Assert.False(connecting.IsDone);
        listener.Accept();
        (Transport transport, RecordingProtocol protocol) = await connecting;
        transport.Close();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void CreateUnixConnection_CancelledWhileTheQueueIsFull_Ends() => Run(async Coroutine () =>
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems refuse what does not fit into the queue.");
        using var listener = new FullListener(new UnixDomainSocketEndPoint(_path.Name));
        LoopTask connecting = Loop.CreateTask(Connect());
        await LoopTask.Sleep(TimeSpan.FromMilliseconds(5));
        connecting.Cancel();
        Assert.IsType<LoopCanceledException>(await Outcome.Of(connecting), exactMatch: false);
        Assert.Empty(Selector.Keys);
    });

    [Fact(Timeout = 30000)]
    public void CreateUnixConnection_AbstractName_LeavesNoFile() => Run(async Coroutine () =>
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Abstract names are Linux's.");
        string name = $"\0{Path.GetFileName(_path.Name)}";
        await using Server server = await Loop.CreateUnixServer(() => new RecordingProtocol(), name);
        (Transport transport, RecordingProtocol protocol) = await Loop.CreateUnixConnection(() => new RecordingProtocol(), name);
        Assert.False(File.Exists(_path.Name));
        transport.Close();
        await protocol.Lost;
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Loop.CreateUnixServer(() => new RecordingProtocol(), name));
        Assert.Equal(SocketError.AddressAlreadyInUse, failure.SocketErrorCode);
    });

    [Fact(Timeout = 30000)]
    public void CreateUnixConnection_ConnectedSocket_IsUsed() => Run(async Coroutine () =>
    {
        await using Server server = await Serve();
        Socket socket = NewSocket(AddressFamily.Unix);
        await Loop.SockConnect(socket, new UnixDomainSocketEndPoint(_path.Name));
        (Transport transport, RecordingProtocol protocol) = await Loop.CreateUnixConnection(() => new RecordingProtocol(), socket);
        transport.Close();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void CreateUnixServer_StaleSocketFile_IsReplaced() => Run(async Coroutine () =>
    {
        await (await Serve(new UnixServerOptions { CleanupSocket = false })).DisposeAsync();
        Assert.True(File.Exists(_path.Name));
        Server server = await Serve();
        (Transport transport, RecordingProtocol protocol) = await Connect();
        transport.Close();
        await protocol.Lost;
        await server.DisposeAsync();
        Assert.False(File.Exists(_path.Name));
    });

    [Fact(Timeout = 30000)]
    public void CreateUnixServer_OrdinaryFileThere_IsInUseAndStays() => Run(async Coroutine () =>
    {
        File.WriteAllText(_path.Name, "precious");
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Serve());
        Assert.Equal(SocketError.AddressAlreadyInUse, failure.SocketErrorCode);
        Assert.Equal($"Address {_path.Name} is already in use", failure.Message);
        Assert.Equal("precious", File.ReadAllText(_path.Name));
    });

    [Fact(Timeout = 30000)]
    public void CreateUnixServer_NoSuchDirectory_NamesThePath() => Run(async Coroutine () =>
    {
        string path = Path.Combine(_path.Name, "x");
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Loop.CreateUnixServer(() => new RecordingProtocol(), path));
        Assert.StartsWith($"error while attempting to bind on address {path}", failure.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void Close_FileReplacedMeanwhile_LeavesTheNewOne() => Run(async Coroutine () =>
    {
        Server first = await Serve();
        Server second = await Serve();
        await first.DisposeAsync();
        (Transport transport, RecordingProtocol protocol) = await Connect();
        transport.Close();
        await protocol.Lost;
        await second.DisposeAsync();
        Assert.False(File.Exists(_path.Name));
    });

    [Fact(Timeout = 30000)]
    public void Close_FileGoneMeanwhile_IsQuiet() => Run(async Coroutine () =>
    {
        Server server = await Serve();
        File.Delete(_path.Name);
        await server.DisposeAsync();
    });

    [Fact(Timeout = 30000)]
    public void CreateUnixServer_BoundSocket_ServesAndCleansUp() => Run(async Coroutine () =>
    {
        Socket socket = NewSocket(AddressFamily.Unix);
        socket.Bind(new UnixDomainSocketEndPoint(_path.Name));
        Server server = await Loop.CreateUnixServer(() => new RecordingProtocol(), socket);
        (Transport transport, RecordingProtocol protocol) = await Connect();
        transport.Close();
        await protocol.Lost;
        await server.DisposeAsync();
        Assert.False(File.Exists(_path.Name));
        Assert.True(socket.SafeHandle.IsClosed);
    });

    [Fact(Timeout = 30000)]
    public void Garbage_OfTheBinding_LeavesServerAndFileAlone() => Run(async Coroutine () =>
    {
        Server server = await Serve();
        Garbage.Collect();
        Assert.True(File.Exists(_path.Name));
        (Transport transport, RecordingProtocol protocol) = await Connect();
        transport.Close();
        await protocol.Lost;
        await server.DisposeAsync();
    });

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _path.Dispose();
    }

    private Coroutine<Server> Serve(UnixServerOptions? options = null) => Loop.CreateUnixServer(() => new RecordingProtocol(), _path.Name, options);

    private Coroutine<(Transport Transport, RecordingProtocol Protocol)> Connect() => Loop.CreateUnixConnection(() => new RecordingProtocol(), _path.Name);
}

/// <summary>On epoll.</summary>
public sealed class EpollUnixConnectionTests() : UnixConnectionContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollUnixConnectionTests() : UnixConnectionContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectUnixConnectionTests() : UnixConnectionContract(new SelectSelector());
