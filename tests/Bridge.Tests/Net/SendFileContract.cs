using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Rows AB1 to AB3.</summary>
public abstract class SendFileContract : IoTest
{
    private const int Size = 3 * 1024 * 1024 + 7;

    private readonly SocketPair _pair = new();
    private readonly byte[] _content = new byte[Size];
    private readonly string _path = Path.GetTempFileName();
    private readonly FileStream _file;

    protected SendFileContract(ISelector selector)
        : base(selector)
    {
        // Small buffers, so that the file does not go out in one call.
        foreach (Socket socket in new[] { _pair.Client, _pair.Server })
        {
            socket.SendBufferSize = 128 * 1024;
            socket.ReceiveBufferSize = 128 * 1024;
        }

        new Random(3).NextBytes(_content);
        File.WriteAllBytes(_path, _content);
        _file = File.OpenRead(_path);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _pair.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }

    [Fact(Timeout = 30000)]
    public void SockSendFile_WholeFile_ArrivesAndThePositionIsBehindIt() => Run(async Coroutine () =>
    {
        LoopTask<byte[]> receiving = Loop.CreateTask(Receive(Size));
        Assert.Equal(Size, await Loop.SockSendFile(_pair.Client, _file, fallback: !OperatingSystem.IsLinux()));
        Assert.Equal(_content, await receiving);
        Assert.Equal(Size, _file.Position);
    });

    [Fact(Timeout = 30000)]
    public void SockSendFile_OffsetAndCount_SendsThatPart() => Run(async Coroutine () =>
    {
        LoopTask<byte[]> receiving = Loop.CreateTask(Receive(2_000_000));
        Assert.Equal(2_000_000, await Loop.SockSendFile(_pair.Client, _file, 1000, 2_000_000));
        Assert.Equal(_content[1000..2_001_000], await receiving);
        Assert.Equal(2_001_000, _file.Position);
    });

    [Fact(Timeout = 30000)]
    public void SockSendFile_CountBeyondTheEnd_SendsWhatThereIs() => Run(async Coroutine () =>
    {
        Assert.Equal(7, await Loop.SockSendFile(_pair.Client, _file, Size - 7, 1000));
        Assert.Equal(0, await Loop.SockSendFile(_pair.Client, _file, Size));
    });

    [Fact(Timeout = 30000)]
    public void SockSendFile_EmptyFile_IsZero() => Run(async Coroutine () =>
    {
        File.WriteAllBytes(_path, []);
        Assert.Equal(0, await Loop.SockSendFile(_pair.Client, _file));
        Assert.Equal(0, _file.Position);
    });

    [Fact(Timeout = 30000)]
    public void SockSendFile_NoFileOfTheSystem_FallsBackOrThrows() => Run(async Coroutine () =>
    {
        using var memory = new MemoryStream(_content);
        LoopTask<byte[]> receiving = Loop.CreateTask(Receive(Size));
        await Throws<SendFileNotAvailableException>(async Coroutine () => await Loop.SockSendFile(_pair.Client, memory, fallback: false));
        Assert.Equal(0, memory.Position);
        Assert.Equal(Size, await Loop.SockSendFile(_pair.Client, memory));
        Assert.Equal(Size, memory.Position);
        Assert.Equal(_content, await receiving);
    });

    [Fact(Timeout = 30000)]
    public void SockSendFile_BesideOrdinarySends_KeepsTheOrder() => Run(async Coroutine () =>
    {
        LoopTask<byte[]> receiving = Loop.CreateTask(Receive(Size + 6));
        await Loop.SockSendAll(_pair.Client, "pre"u8.ToArray());
        await Loop.SockSendFile(_pair.Client, _file);
        await Loop.SockSendAll(_pair.Client, "end"u8.ToArray());
        byte[] received = await receiving;
        Assert.Equal("pre"u8.ToArray(), received[..3]);
        Assert.Equal("end"u8.ToArray(), received[^3..]);
        Assert.True(_content.AsSpan().SequenceEqual(received.AsSpan(3, Size)));
    });

    [Fact(Timeout = 30000)]
    public void SockSendFile_Cancelled_LeavesThePositionBehindWhatWasSent() => Run(async Coroutine () =>
    {
        LoopTask<long> sending = Loop.CreateTask(Loop.SockSendFile(_pair.Client, _file));
        await LoopTask.Sleep(TimeSpan.FromMilliseconds(5));
        sending.Cancel();
        await Throws<LoopCanceledException>(async Coroutine () => await sending);
        Assert.InRange(_file.Position, 1, Size - 1);
    });

    [Fact(Timeout = 30000)]
    public void SockSendFile_PeerCloses_Throws() => Run(async Coroutine () =>
    {
        LoopTask<long> sending = Loop.CreateTask(Loop.SockSendFile(_pair.Client, _file));
        await LoopTask.Yield();
        _pair.Server.LingerState = new LingerOption(true, 0);
        _pair.Server.Dispose();
        await Throws<SocketException>(async Coroutine () => await sending);
    });

    [Fact(Timeout = 30000)]
    public void SockSendFile_BadArguments_ThrowAtTheCall()
    {
        using Socket datagrams = NewSocket(type: SocketType.Dgram);
        using var writeOnly = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        Assert.Throws<ArgumentNullException>(() => Loop.SockSendFile(_pair.Client, null!));
        Assert.Throws<ArgumentException>(() => Loop.SockSendFile(datagrams, _file));
        Assert.Throws<ArgumentException>(() => Loop.SockSendFile(_pair.Client, writeOnly));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.SockSendFile(_pair.Client, _file, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.SockSendFile(_pair.Client, _file, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.SockSendFile(_pair.Client, _file, 0, -5));
        _pair.Client.Blocking = true;
        Assert.Throws<ArgumentException>(() => Loop.SockSendFile(_pair.Client, _file));
    }

    [Theory(Timeout = 30000)]
    [InlineData(false)]
    [InlineData(true)]
    public void SendFile_BetweenWrites_KeepsTheOrder(bool copies) => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect();
        using var memory = new MemoryStream(_content);
        Stream file = copies ? memory : _file;
        var before = new byte[500_000];
        new Random(4).NextBytes(before);
        LoopTask<byte[]> receiving = Loop.CreateTask(Receive(before.Length + Size + 3));
        protocol.Transport.Write(before);
        Assert.Equal(Size, await Loop.SendFile(protocol.Transport, file));
        protocol.Transport.Write("end"u8);
        byte[] received = await receiving;
        Assert.True(before.AsSpan().SequenceEqual(received.AsSpan(0, before.Length)));
        Assert.True(_content.AsSpan().SequenceEqual(received.AsSpan(before.Length, Size)));
        Assert.Equal("end"u8.ToArray(), received[^3..]);
        Assert.Equal(Size, file.Position);
        Assert.Same(protocol, protocol.Transport.Protocol);
        Assert.True(protocol.Transport.IsReading);
        protocol.Transport.Close();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void SendFile_WhileItRuns_NothingElseCanBeWrittenAndReadingIsPaused() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect();
        LoopTask<long> sending = Loop.CreateTask(Loop.SendFile(protocol.Transport, _file));
        await LoopTask.Yield();
        await LoopTask.Yield();
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => protocol.Transport.Write("x"u8));
        Assert.Contains("unable to write; SendFile is in progress", exception.Message, StringComparison.Ordinal);
        Assert.False(protocol.Transport.IsReading);
        await Throws<InvalidOperationException>(async Coroutine () => await Loop.SendFile(protocol.Transport, _file));
        await Receive(Size);
        await sending;
        protocol.Transport.Write("x"u8);
        protocol.Transport.Close();
        await protocol.Lost;
    });

    [Theory(Timeout = 30000)]
    [InlineData(false)]
    [InlineData(true)]
    public void SendFile_PeerClosesInTheMiddle_Throws(bool copies) => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect();
        using var memory = new MemoryStream(_content);
        LoopTask<long> sending = Loop.CreateTask(Loop.SendFile(protocol.Transport, copies ? memory : _file));
        await Receive(1000);
        _pair.Client.LingerState = new LingerOption(true, 0);
        _pair.Client.Dispose();
        await Throws<IOException>(async Coroutine () => await sending);
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void SendFile_OnAClosingTransport_IsRefused() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect();
        protocol.Transport.Close();
        Assert.Throws<InvalidOperationException>(() => Loop.SendFile(protocol.Transport, _file));
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void SendFile_ClosedMeanwhile_Throws() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect();
        LoopTask<long> sending = Loop.CreateTask(Loop.SendFile(protocol.Transport, _file));
        await LoopTask.Yield();
        await LoopTask.Yield();
        protocol.Transport.Close();
        await Throws<IOException>(async Coroutine () => await sending);
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void SendFile_NoFileOfTheSystemAndNoFallback_Throws() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect();
        using var memory = new MemoryStream(_content);
        await Throws<SendFileNotAvailableException>(async Coroutine () => await Loop.SendFile(protocol.Transport, memory, fallback: false));
        Assert.True(protocol.Transport.IsReading);
        protocol.Transport.Close();
        await protocol.Lost;
    });

    private async Coroutine<RecordingProtocol> Connect()
    {
        var protocol = new RecordingProtocol();
        LoopFuture<bool> waiter = Loop.CreateFuture<bool>();
        _ = new SocketTransport(Loop, new SocketFile(_pair.Server), protocol, waiter: waiter);
        await waiter;
        return protocol;
    }

    /// <summary>At the end that the test holds: the server's for socket operations, the client's for transports.</summary>
    private async Coroutine<byte[]> Receive(int count)
    {
        Socket socket = Loop.Transports.IsEmpty ? _pair.Server : _pair.Client;
        var buffer = new byte[count];
        for (int done = 0; done < count;)
        {
            int received = await Loop.SockReceive(socket, buffer.AsMemory(done));
            Assert.NotEqual(0, received);
            done += received;
        }

        return buffer;
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollSendFileTests() : SendFileContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollSendFileTests() : SendFileContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectSendFileTests() : SendFileContract(new SelectSelector());
