using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <content>Rows AF9, AF11, AF12, AF13 and AF17: failures, and protocols with a buffer of their own.</content>
public abstract partial class SocketTransportContract
{
    [Fact(Timeout = 30000)]
    public void PeerResets_WhileReading_LosesTheConnectionWithoutAReport() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        _pair.Client.LingerState = new LingerOption(true, 0);
        _pair.Client.Close();
        await protocol.Lost;
        Assert.Equal(SocketError.ConnectionReset, ((SocketException)protocol.Failure!).SocketErrorCode);
        Assert.Equal(["made", "lost SocketException"], protocol.Heard);
    });

    [Fact(Timeout = 30000)]
    public void PeerResets_WhileWriting_LosesTheConnectionWithoutAReport() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol { OnMade = p => p.Transport.PauseReading() });
        protocol.Transport.Write(new byte[20 * 1024 * 1024]);
        _pair.Client.LingerState = new LingerOption(true, 0);
        _pair.Client.Close();
        await protocol.Lost;
        Assert.IsType<SocketException>(protocol.Failure);
        Assert.Equal(0, protocol.Transport.WriteBufferSize);
    });

    [Theory(Timeout = 30000)]
    [InlineData("DataReceived")]
    [InlineData("EofReceived")]
    public void Protocol_Throws_IsReportedAndFatal(string where) => Run(async Coroutine () =>
    {
        Action<RecordingProtocol> fail = _ => throw new FormatException("oh");
        RecordingProtocol protocol = await Connect(where == "DataReceived" ? new RecordingProtocol { OnData = fail } : new RecordingProtocol { OnEof = fail });
        _pair.WriteToServer();
        _pair.Client.Shutdown(SocketShutdown.Send);
        await protocol.Lost;
        Assert.IsType<FormatException>(protocol.Failure);
        LoopErrorContext report = TakeReport();
        Assert.Contains(where, report.Message, StringComparison.Ordinal);
        Assert.Same(protocol.Transport, report.Transport);
    });

    [Fact(Timeout = 30000)]
    public void ConnectionMade_Throws_IsReportedAndTheConnectionLives() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol { OnMade = _ => throw new FormatException("oh") });
        Assert.IsType<FormatException>(TakeReport().Exception);
        _pair.WriteToServer();
        await Until(() => protocol.Data.Count == 1);
        protocol.Transport.Close();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void ConnectionLost_Throws_IsReportedAndTheSocketIsClosed() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol { OnLost = _ => throw new FormatException("oh") });
        protocol.Transport.Close();
        await protocol.Lost;
        await LoopTask.Yield();
        Assert.IsType<FormatException>(TakeReport().Exception);
        Assert.True(_pair.Server.SafeHandle.IsClosed);
    });

    [Fact(Timeout = 30000)]
    public void Socket_ClosedBehindTheTransport_LosesTheConnectionAtTheNextWrite() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        _pair.Server.Dispose();
        using var reuse = new SocketPair();
        protocol.Transport.Write("x"u8);
        await protocol.Lost;
        Assert.Equal(SocketError.OperationAborted, ((SocketException)protocol.Failure!).SocketErrorCode);
        reuse.WriteToServer();
        Assert.Equal(1, await Loop.SockReceive(reuse.Server, new byte[10]));
        Assert.Single(protocol.Heard, "made");
    });

    [Fact(Timeout = 30000)]
    public void AddReader_OnATransportsSocket_IsRefusedUntilItIsClosed() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => Loop.AddReader(_pair.Server, () => { }));
        Assert.Contains("is used by transport", exception.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Loop.AddWriter(_pair.Server, () => { }));
        Assert.False(Loop.RemoveReader(_pair.Server));
        protocol.Transport.PauseReading();
        Assert.Empty(Selector.Keys);
        Assert.Throws<InvalidOperationException>(() => Loop.AddReader(_pair.Server, () => { }));
        await Throws<InvalidOperationException>(async Coroutine () => await Loop.SockReceive(_pair.Server, new byte[1]));
        protocol.Transport.Close();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void LoopClosed_WithAnOpenTransport_ClosesItAndReportsIt()
    {
        RecordingProtocol? protocol = null;
        Run(async Coroutine () => protocol = await Connect(new RecordingProtocol()));
        Loop.Close();
        Assert.Contains("unclosed transport", TakeReport().Message, StringComparison.Ordinal);
        Assert.True(_pair.Server.SafeHandle.IsClosed);
        Assert.Equal(["made"], protocol!.Heard);
    }

    [Fact(Timeout = 30000)]
    public void LoopClosed_WithAClosingTransport_IsQuiet()
    {
        Run(async Coroutine () =>
        {
            RecordingProtocol protocol = await Connect(new RecordingProtocol());
            protocol.Transport.Write(new byte[20 * 1024 * 1024]);
            protocol.Transport.Close();
        });
        Loop.Close();
        Assert.True(_pair.Server.SafeHandle.IsClosed);
    }

    [Fact(Timeout = 30000)]
    public void Protocol_Changed_TakesEffectAtTheNextRead() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        Transport transport = protocol.Transport;
        Assert.Same(protocol, transport.Protocol);
        var buffered = new RecordingBufferedProtocol(new byte[3]);
        transport.Protocol = buffered;
        await Loop.SockSendAll(_pair.Client, "hello"u8.ToArray());
        await Until(() => buffered.Received.Count == 5);
        Assert.Equal("hello"u8.ToArray(), buffered.Received);
        Assert.Equal(["get", "updated 3", "get", "updated 2"], buffered.Heard);
        transport.Protocol = protocol;
        _pair.WriteToServer();
        await Until(() => protocol.Data.Count == 1);
        Assert.Throws<ArgumentNullException>(() => transport.Protocol = null!);
        Assert.Throws<ArgumentException>(() => transport.Protocol = new NoStreamProtocol());
        transport.Close();
        await protocol.Lost;
    });

    [Theory(Timeout = 30000)]
    [InlineData("empty")]
    [InlineData("get")]
    [InlineData("updated")]
    public void BufferedProtocol_Fails_IsReportedAndFatal(string how) => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        var buffered = new RecordingBufferedProtocol(new byte[how == "empty" ? 0 : 4]) { Fails = how };
        protocol.Transport.Protocol = buffered;
        _pair.WriteToServer();
        await Until(() => buffered.IsLost);
        Assert.NotNull(buffered.Failure);
        Assert.Same(buffered.Failure, TakeReport().Exception);
    });

    [Theory(Timeout = 30000)]
    [InlineData(false)]
    [InlineData(true)]
    public void BufferedProtocol_Eof_AsForProtocol(bool keepOpen) => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        var buffered = new RecordingBufferedProtocol(new byte[4]) { KeepOpen = keepOpen };
        protocol.Transport.Protocol = buffered;
        _pair.Client.Shutdown(SocketShutdown.Send);
        await Until(() => buffered.Heard.Contains("eof"));
        Assert.Equal(!keepOpen, protocol.Transport.IsClosing);
        protocol.Transport.Close();
        await Until(() => buffered.IsLost);
        Assert.Null(buffered.Failure);
    });

    [Fact(Timeout = 180000)]
    public void SlowReader_WithAGibibytePending_MemoryStaysUnderTheHighWaterMark() => Run(async Coroutine () =>
    {
        const long Total = 1L << 30;
        const int Piece = 64 * 1024;
        var piece = new byte[Piece];
        long written = 0;
        int most = 0;
        bool isPaused = false;
        RecordingProtocol protocol = await Connect(new RecordingProtocol
        {
            OnPause = _ => isPaused = true,
            OnResume = p =>
            {
                isPaused = false;
                Pump(p);
            },
        });
        Pump(protocol);
        long received = 0;
        var buffer = new byte[1024 * 1024];
        while (received < Total)
        {
            received += await Loop.SockReceive(_pair.Client, buffer);
        }

        Assert.InRange(most, 1, (64 * 1024) + Piece);
        protocol.Transport.Close();
        await protocol.Lost;

        void Pump(RecordingProtocol p)
        {
            while (!isPaused && written < Total)
            {
                p.Transport.Write(piece);
                written += Piece;
                most = Math.Max(most, p.Transport.WriteBufferSize);
            }
        }
    });

    /// <summary>Neither a Protocol nor a BufferedProtocol.</summary>
    private sealed class NoStreamProtocol : DatagramProtocol;
}

/// <summary>On epoll.</summary>
public sealed class EpollSocketTransportTests() : SocketTransportContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollSocketTransportTests() : SocketTransportContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectSocketTransportTests() : SocketTransportContract(new SelectSelector());
