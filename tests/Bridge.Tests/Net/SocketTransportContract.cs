using System.Net.Sockets;
using System.Text;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Rows AF1 to AF17 for connected sockets, on each selector.</summary>
public abstract partial class SocketTransportContract(ISelector selector) : IoTest(selector)
{
    private readonly SocketPair _pair = new();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _pair.Dispose();
    }

    /// <summary>A transport at one end; the test holds the other, <c>_pair.Client</c>.</summary>
    private async Coroutine<RecordingProtocol> Connect(RecordingProtocol protocol)
    {
        LoopFuture<bool> waiter = Loop.CreateFuture<bool>();
        _ = new SocketTransport(Loop, new SocketFile(_pair.Server), protocol, waiter: waiter);
        await waiter;
        return protocol;
    }

    /// <summary>Receives at the test's end until there are this many bytes, or the end of the stream.</summary>
    private async Coroutine<byte[]> ReceiveAtClient(int count)
    {
        var buffer = new byte[count];
        int done = 0;
        while (done < count && await Loop.SockReceive(_pair.Client, buffer.AsMemory(done)) is > 0 and var received)
        {
            done += received;
        }

        return buffer[..done];
    }

    [Fact(Timeout = 30000)]
    public void Creation_TellsTheProtocolThenReadsThenCompletesTheWaiter() => Run(async Coroutine () =>
    {
        _pair.WriteToServer();
        bool wasReading = true;
        RecordingProtocol protocol = await Connect(new RecordingProtocol { OnMade = p => wasReading = Selector.Keys.Count > 0 });
        Assert.False(wasReading);
        Assert.Single(Selector.Keys);
        Assert.Equal(["made"], protocol.Heard);
        await LoopTask.Yield();
        await Until(() => protocol.Data.Count > 0);
        Assert.Equal(["made", "data"], protocol.Heard);
        protocol.Transport.Abort();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void ExtraInfo_KnowsSocketAndAddresses_AlsoAfterTheLoss() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        Transport transport = protocol.Transport;
        Assert.Equal(_pair.Server.LocalEndPoint, transport.LocalEndPoint);
        Assert.Equal(_pair.Server.RemoteEndPoint, transport.RemoteEndPoint);
        Assert.Null(transport.GetExtraInfo("no such thing"));
        Assert.Throws<ArgumentNullException>(() => transport.GetExtraInfo(null!));
        TransportSocket socket = transport.GetExtraInfo<TransportSocket>(ExtraInfo.Socket)!;
        Assert.Equal(SocketType.Stream, socket.SocketType);
        Assert.False(socket.Blocking);
        socket.Blocking = false;
        Assert.Throws<ArgumentException>(() => socket.Blocking = true);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, 1);
        Assert.NotEqual(0, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Contains("Stream", socket.ToString(), StringComparison.Ordinal);
        transport.Abort();
        await protocol.Lost;
        Assert.NotNull(transport.RemoteEndPoint);
        Assert.Null(transport.GetExtraInfo(ExtraInfo.Socket));
        await LoopTask.Yield();
        Assert.Throws<ObjectDisposedException>(() => socket.LocalEndPoint);
    });

    [Fact(Timeout = 30000)]
    public void ToString_TellsStateAndPolling() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        Assert.Contains("read=polling", protocol.Transport.ToString()!, StringComparison.Ordinal);
        Assert.Contains("bufsize=0", protocol.Transport.ToString()!, StringComparison.Ordinal);
        protocol.Transport.Close();
        Assert.Contains(" closing", protocol.Transport.ToString()!, StringComparison.Ordinal);
        await protocol.Lost;
        await LoopTask.Yield();
        Assert.Contains(" closed fd=-", protocol.Transport.ToString()!, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void Write_SmallPieces_ArriveAtOnce() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        Transport transport = protocol.Transport;
        transport.Write("hello "u8);
        transport.Write([]);
        transport.WriteLines([.. "wo r ld".Split(' ').Select(word => new ReadOnlyMemory<byte>(Encoding.ASCII.GetBytes(word)))]);
        transport.WriteLines([]);
        Assert.Equal(0, transport.WriteBufferSize);
        Assert.Equal("hello world", Encoding.ASCII.GetString(await ReceiveAtClient(11)));
        Assert.Throws<ArgumentNullException>(() => transport.WriteLines(null!));
        transport.Close();
        await protocol.Lost;
    });

    [Theory(Timeout = 60000)]
    [InlineData(1)]
    [InlineData(61)]
    [InlineData(4096)]
    [InlineData(70_000)]
    public void Write_MoreThanTheSystemTakes_ArrivesWholeWhateverThePeerReads(int atATime) => Run(async Coroutine () =>
    {
        _pair.Server.SendBufferSize = 4096;
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        var data = new byte[atATime == 1 ? 30_000 : 1_000_003];
        new Random(atATime).NextBytes(data);
        for (int start = 0; start < data.Length; start += 99_991)
        {
            byte[] piece = data[start..Math.Min(data.Length, start + 99_991)];
            if (start % 2 == 0)
            {
                protocol.Transport.Write(piece);
            }
            else
            {
                protocol.Transport.WriteLines([piece.AsMemory(0, 10), piece.AsMemory(10, 0), piece.AsMemory(10)]);
            }

            // What was written is the caller's again.
            Array.Clear(piece);
        }

        Assert.True(protocol.Transport.WriteBufferSize > 0 || atATime == 1);
        protocol.Transport.Close();
        var received = new List<byte>();
        var buffer = new byte[atATime];
        while (await Loop.SockReceive(_pair.Client, buffer) is > 0 and var count)
        {
            received.AddRange(buffer.AsSpan(0, count));
        }

        Assert.True(data.AsSpan().SequenceEqual(received.ToArray()));
        await protocol.Lost;
        Assert.Equal("lost", protocol.Heard[^1]);
    });

    [Fact(Timeout = 30000)]
    public void FlowControl_PausesAboveHighAndResumesAtLow_OnceEach() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        Transport transport = protocol.Transport;
        Assert.Equal((16 * 1024, 64 * 1024), transport.WriteBufferLimits);
        transport.SetWriteBufferLimits(high: 1024 * 1024, low: 1000);
        transport.Write(new byte[20 * 1024 * 1024]);
        transport.Write(new byte[10]);
        Assert.Equal(["made", "pause"], protocol.Heard);
        int waiting = transport.WriteBufferSize;
        Assert.InRange(waiting, 1024 * 1024, 20 * 1024 * 1024 + 10);
        await ReceiveAtClient(20 * 1024 * 1024 + 10);
        await Until(() => transport.WriteBufferSize == 0);
        Assert.Equal(["made", "pause", "resume"], protocol.Heard);
        transport.Close();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void SetWriteBufferLimits_FollowsTheRulesForWhatIsNotGiven() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        Transport transport = protocol.Transport;
        transport.SetWriteBufferLimits(high: 400);
        Assert.Equal((100, 400), transport.WriteBufferLimits);
        transport.SetWriteBufferLimits(low: 50);
        Assert.Equal((50, 200), transport.WriteBufferLimits);
        transport.SetWriteBufferLimits(high: 0);
        Assert.Equal((0, 0), transport.WriteBufferLimits);
        transport.SetWriteBufferLimits();
        Assert.Equal((16 * 1024, 64 * 1024), transport.WriteBufferLimits);
        Assert.Throws<ArgumentOutOfRangeException>(() => transport.SetWriteBufferLimits(high: 1, low: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => transport.SetWriteBufferLimits(high: -1));
        transport.SetWriteBufferLimits(high: int.MaxValue);
        transport.Write(new byte[20 * 1024 * 1024]);
        Assert.Equal(["made"], protocol.Heard);
        transport.SetWriteBufferLimits(high: 10);
        Assert.Equal(["made", "pause"], protocol.Heard);
        transport.Abort();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void FlowControl_CallbackThrows_IsReportedAndNotFatal() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol { OnPause = _ => throw new FormatException("pause"), OnResume = _ => throw new FormatException("resume") });
        protocol.Transport.Write(new byte[20 * 1024 * 1024]);
        Assert.Equal("pause", TakeReport().Exception!.Message);
        Assert.False(protocol.Transport.IsClosing);
        await ReceiveAtClient(20 * 1024 * 1024);
        await Until(() => Reports.Count > 0);
        LoopErrorContext report = TakeReport();
        Assert.Equal("protocol.ResumeWriting() failed", report.Message);
        Assert.Same(protocol, report.Protocol);
        Assert.Same(protocol.Transport, report.Transport);
        protocol.Transport.Close();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void WriteEof_FlushesAndHalfCloses_ReadingGoesOn() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        Transport transport = protocol.Transport;
        Assert.True(transport.CanWriteEof);
        transport.Write(new byte[8 * 1024 * 1024]);
        transport.WriteEof();
        transport.WriteEof();
        Assert.Throws<InvalidOperationException>(() => transport.Write("x"u8));
        Assert.Equal(8 * 1024 * 1024, (await ReceiveAtClient(9 * 1024 * 1024)).Length);
        await Loop.SockSendAll(_pair.Client, "still"u8.ToArray());
        await Until(() => protocol.Text == "still");
        transport.Close();
        transport.WriteEof();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void Close_IsIdempotentAndTellsInALaterTurn() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        protocol.Transport.Close();
        protocol.Transport.Close();
        protocol.Transport.Abort();
        Assert.True(protocol.Transport.IsClosing);
        Assert.False(protocol.Transport.IsReading);
        Assert.Equal(["made"], protocol.Heard);
        await LoopTask.Yield();
        Assert.Equal(["made", "lost"], protocol.Heard);
        Assert.True(_pair.Server.SafeHandle.IsClosed);
        Assert.Empty(Selector.Keys);
    });

    [Fact(Timeout = 30000)]
    public void Abort_DropsWhatWaits() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        protocol.Transport.Write(new byte[20 * 1024 * 1024]);
        protocol.Transport.Close();
        await LoopTask.Yield();
        Assert.DoesNotContain("lost", protocol.Heard);
        protocol.Transport.Abort();
        Assert.Equal(0, protocol.Transport.WriteBufferSize);
        await protocol.Lost;
        Assert.Null(protocol.Failure);
    });

    [Fact(Timeout = 30000)]
    public void Write_AfterClose_IsDroppedWithAWarningFromTheFifthOn() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        protocol.Transport.Close();
        for (int i = 0; i < 4; i++)
        {
            protocol.Transport.Write("x"u8);
        }

        await protocol.Lost;
        protocol.Transport.WriteLines([new byte[3]]);
        Assert.Empty(await ReceiveAtClient(1));
    });

    [Fact(Timeout = 30000)]
    public void PauseAndResumeReading_AreIdempotent() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol { OnMade = p => p.Transport.PauseReading() });
        Transport transport = protocol.Transport;
        Assert.False(transport.IsReading);
        _pair.WriteToServer();
        await LoopTask.Sleep(TimeSpan.FromMilliseconds(5));
        Assert.Equal(["made"], protocol.Heard);
        transport.PauseReading();
        transport.ResumeReading();
        transport.ResumeReading();
        Assert.True(transport.IsReading);
        await Until(() => protocol.Data.Count == 1);
        transport.Close();
        transport.ResumeReading();
        Assert.False(transport.IsReading);
        transport.PauseReading();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void PauseReading_InsideDataReceived_StopsTheNextPiece() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol { OnData = p => p.Transport.PauseReading() });
        _pair.WriteToServer();
        await Until(() => protocol.Data.Count == 1);
        _pair.WriteToServer();
        await LoopTask.Sleep(TimeSpan.FromMilliseconds(5));
        Assert.Single(protocol.Data);
        protocol.Transport.ResumeReading();
        await Until(() => protocol.Data.Count == 2);
        protocol.Transport.Abort();
        await protocol.Lost;
    });

    [Fact(Timeout = 30000)]
    public void Eof_ProtocolDoesNotCare_ClosesTheTransport() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol());
        _pair.Client.Shutdown(SocketShutdown.Send);
        await protocol.Lost;
        Assert.Equal(["made", "eof", "lost"], protocol.Heard);
    });

    [Fact(Timeout = 30000)]
    public void Eof_ProtocolKeepsOpen_CanStillWriteAndDoesNotSpin() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect(new RecordingProtocol { KeepOpen = true });
        _pair.Client.Shutdown(SocketShutdown.Send);
        await Until(() => protocol.Heard.Contains("eof"));
        Assert.Empty(Selector.Keys);
        protocol.Transport.PauseReading();
        protocol.Transport.ResumeReading();
        Assert.Empty(Selector.Keys);
        protocol.Transport.Write("bye"u8);
        protocol.Transport.Close();
        Assert.Equal("bye"u8.ToArray(), await ReceiveAtClient(10));
        await protocol.Lost;
        Assert.Equal(["made", "eof", "lost"], protocol.Heard);
    });
}
