using System.Net.Sockets;
using Bridge.Net;
using Bridge.TestKit;

namespace Bridge.Tests.Net;

/// <summary>Rows AC2 to AC4 on virtual time, over transports in memory.</summary>
public sealed class TlsLifeTests : LoopTest
{
    private sealed class Ends
    {
        internal Ends(EventLoop loop, TlsSettings? client = null, TlsSettings? server = null, bool cutToBytes = false)
        {
            AtClient = new WatchedProtocol(loop);
            AtServer = new WatchedProtocol(loop);
            ClientReady = loop.CreateFuture<bool>();
            ServerReady = loop.CreateFuture<bool>();
            Client = new TlsTransport(loop, AtClient, client ?? TlsTest.Client(), ClientReady);
            Server = new TlsTransport(loop, AtServer, server ?? TlsTest.Server(), ServerReady);
            (LowerClient, LowerServer) = LinkedTransport.Connect(loop, Client.LowerSide, Server.LowerSide, cutToBytes);
        }

        internal WatchedProtocol AtClient { get; }

        internal WatchedProtocol AtServer { get; }

        internal TlsTransport Client { get; }

        internal TlsTransport Server { get; }

        internal LinkedTransport LowerClient { get; }

        internal LinkedTransport LowerServer { get; }

        internal LoopFuture<bool> ClientReady { get; }

        internal LoopFuture<bool> ServerReady { get; }

        internal async Coroutine Ready()
        {
            await ClientReady;
            await ServerReady;
        }

        internal async Coroutine Lost()
        {
            await AtClient.Heard.UntilLost();
            await AtServer.Heard.UntilLost();
        }
    }

    [Theory(Timeout = 60000)]
    [InlineData(false)]
    [InlineData(true)]
    public void Connection_EvenCutToSingleBytes_GoesThroughItsStates(bool cutToBytes) => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop, cutToBytes: cutToBytes);
        Assert.Contains("unwrapped", ends.Client.ToString(), StringComparison.Ordinal);
        await LoopTask.Yield();
        Assert.Contains("handshaking", ends.Client.ToString(), StringComparison.Ordinal);
        await ends.Ready();
        Assert.Contains("wrapped", ends.Client.ToString(), StringComparison.Ordinal);
        byte[] data = TlsTest.Data(40_000);
        ends.Client.Write(data);
        await ends.AtServer.Heard.UntilReceived(data.Length);
        Assert.True(data.AsSpan().SequenceEqual(ends.AtServer.Heard.Data));
        ends.Client.Close();
        Assert.Contains("shutdown closing", ends.Client.ToString(), StringComparison.Ordinal);
        await ends.Lost();
        Assert.Equal(["made", "eof", "lost"], ends.AtClient.Heard.Calls);
        Assert.Equal(["made", "data", "eof", "lost"], ends.AtServer.Heard.Calls);
        Assert.Equal(TimeSpan.Zero, Time.Elapsed);
    });

    [Fact(Timeout = 60000)]
    public void Write_BeforeTheHandshakeIsOver_IsSentAfterIt() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        ends.Client.Write("early "u8);
        await LoopTask.Yield();
        ends.Client.Write("bird"u8);
        Assert.Equal(10, ends.Client.WriteBufferSize);
        await ends.Ready();
        Assert.Equal(0, ends.Client.WriteBufferSize);
        await ends.AtServer.Heard.UntilReceived(10);
        Assert.Equal("early bird", ends.AtServer.Heard.Text);
        ends.Client.Close();
        await ends.Lost();
    });

    [Fact(Timeout = 60000)]
    public void Handshake_PeerIsSilent_TimesOut() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        ends.LowerClient.IsStuck = true;
        SocketException failure = await Throws<SocketException>(ends.ClientReady);
        Assert.Equal(TimeSpan.FromSeconds(60), Time.Elapsed);
        Assert.Equal(SocketError.ConnectionAborted, failure.SocketErrorCode);
        Assert.Equal("SSL handshake is taking longer than 60 seconds: aborting the connection", failure.Message);
        Assert.True(ends.LowerClient.IsAborted);
        await Throws<SocketException>(ends.ServerReady);
        Assert.Empty(ends.AtClient.Heard.Calls);
        Assert.Empty(ends.AtServer.Heard.Calls);
    });

    [Fact(Timeout = 60000)]
    public void HandshakeTimeout_Given_IsUsedAndItsTimerEndsWithTheHandshake() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop, TlsTest.Client(handshake: TimeSpan.FromSeconds(2.5)));
        ends.LowerServer.IsStuck = true;
        SocketException failure = await Throws<SocketException>(ends.ClientReady);
        Assert.Contains("longer than 2.5 seconds", failure.Message, StringComparison.Ordinal);
        ends.Server.Abort();
        await Throws<SocketException>(ends.ServerReady);

        ends = new Ends(Loop);
        await ends.Ready();
        await LoopTask.Sleep(TimeSpan.FromMinutes(5));
        Assert.Equal(["made"], ends.AtClient.Heard.Calls);
        ends.Client.Close();
        await ends.Lost();
    });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Timeouts_NotPositive_Throw(int seconds)
    {
        TimeSpan time = TimeSpan.FromSeconds(seconds);
        Assert.Throws<ArgumentOutOfRangeException>(() => TlsTest.Client(handshake: time));
        Assert.Throws<ArgumentOutOfRangeException>(() => TlsTest.Client(shutdown: time));
        Assert.Throws<ArgumentOutOfRangeException>(() => TlsTest.Server(handshake: time));
        Assert.Throws<ArgumentOutOfRangeException>(() => TlsTest.Server(shutdown: time));
    }

    [Theory(Timeout = 60000)]
    [InlineData(false)]
    [InlineData(true)]
    public void Close_DuringTheHandshake_Aborts(bool beforeItBegins) => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        if (!beforeItBegins)
        {
            await LoopTask.Yield();
        }

        ends.Client.Close();
        Assert.True(ends.Client.IsClosing);
        ends.Client.Close();
        SocketException failure = await Throws<SocketException>(ends.ClientReady);
        Assert.Equal(SocketError.ConnectionAborted, failure.SocketErrorCode);
        Assert.True(ends.LowerClient.IsAborted);
        await Throws<SocketException>(ends.ServerReady);
        Assert.Empty(ends.AtClient.Heard.Calls);
        Assert.Equal(TimeSpan.Zero, Time.Elapsed);
    });

    [Fact(Timeout = 60000)]
    public void Close_MuchIsWritten_FlushesFirst() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        await ends.Ready();
        byte[] data = TlsTest.Data(300_000);
        ends.LowerClient.Fill();
        ends.Client.Write(data);
        ends.Client.Close();
        Assert.Contains("flushing", ends.Client.ToString(), StringComparison.Ordinal);
        Assert.Equal(data.Length, ends.Client.WriteBufferSize);
        ends.Client.Write("too late"u8);
        Assert.Equal(data.Length, ends.Client.WriteBufferSize);
        await LoopTask.Sleep(TimeSpan.FromSeconds(1));
        ends.LowerClient.Drain();
        await ends.Lost();
        Assert.True(data.AsSpan().SequenceEqual(ends.AtServer.Heard.Data));
        Assert.Null(ends.AtClient.Heard.Loss);
    });

    [Fact(Timeout = 60000)]
    public void Close_PeerDoesNotAnswer_TimesOut() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop, TlsTest.Client(shutdown: TimeSpan.FromSeconds(7)));
        await ends.Ready();
        ends.LowerClient.IsStuck = true;
        ends.Client.Close();
        await ends.AtClient.Heard.UntilLost();
        Assert.Equal(TimeSpan.FromSeconds(7), Time.Elapsed);
        Assert.IsType<TimeoutException>(ends.AtClient.Heard.Loss);
        Assert.StartsWith("SSL shutdown timed out", ends.AtClient.Heard.Loss.Message, StringComparison.Ordinal);
        Assert.True(ends.LowerClient.IsAborted);
        ends.Server.Abort();
        await ends.AtServer.Heard.UntilLost();
    });

    [Fact(Timeout = 60000)]
    public void Close_DataIsStillOnTheWay_IsDelivered() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        await ends.Ready();
        byte[] data = TlsTest.Data(100_000);
        ends.Server.Write(data);
        ends.Client.Close();
        await ends.Lost();
        Assert.True(data.AsSpan().SequenceEqual(ends.AtClient.Heard.Data));
        Assert.Null(ends.AtClient.Heard.Loss);
        Assert.Null(ends.AtServer.Heard.Loss);
    });

    [Fact(Timeout = 60000)]
    public void Close_ReadingIsPaused_StillFindsThePeersEnd() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        await ends.Ready();
        ends.Client.PauseReading();
        ends.Server.Write(TlsTest.Data(100_000));
        await LoopTask.Sleep(TimeSpan.FromSeconds(1));
        ends.Client.Close();
        await ends.Lost();
        Assert.Equal(TimeSpan.FromSeconds(1), Time.Elapsed);
        Assert.Equal(0, ends.AtClient.Heard.Length);
        Assert.Null(ends.AtClient.Heard.Loss);
    });

    [Fact(Timeout = 60000)]
    public void PeerCloses_WithMuchToSendHere_FlushesAndEnds() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        await ends.Ready();
        byte[] data = TlsTest.Data(100_000);
        ends.LowerServer.Fill();
        ends.Server.Write(data);
        ends.Client.Close();
        await ends.AtServer.Heard.Until(() => ends.AtServer.Heard.Calls.Contains("eof"));
        Assert.True(ends.Server.IsClosing);
        ends.LowerServer.Drain();
        await ends.Lost();
        Assert.True(data.AsSpan().SequenceEqual(ends.AtClient.Heard.Data));
    });

    [Theory(Timeout = 60000)]
    [InlineData(false)]
    [InlineData(true)]
    public void PeerEndsWithoutCloseNotify_TellsTheProtocolThatDataMayBeMissing(bool inTheMiddleOfARecord) => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        await ends.Ready();
        ends.Server.Write("part"u8);
        if (inTheMiddleOfARecord)
        {
            ends.LowerServer.Write([23, 3, 3, 0, 100, 1, 2, 3]);
        }

        ends.LowerServer.Close();
        await ends.Lost();
        Assert.IsType<EndOfStreamException>(ends.AtClient.Heard.Loss);
        Assert.Equal(["made", "data", "lost"], ends.AtClient.Heard.Calls);
        Assert.Equal("part", ends.AtClient.Heard.Text);
    });

    [Theory(Timeout = 60000)]
    [InlineData(false)]
    [InlineData(true)]
    public void PeerEndsWithoutCloseNotify_AfterOurClose_IsAGoodEnd(bool inTheMiddleOfARecord) => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        await ends.Ready();
        ends.Client.Close();
        if (inTheMiddleOfARecord)
        {
            ends.LowerServer.Write([23, 3, 3, 0, 100, 1, 2, 3]);
        }

        ends.LowerServer.Close();
        await ends.Lost();
        Assert.Null(ends.AtClient.Heard.Loss);
        Assert.Equal(["made", "lost"], ends.AtClient.Heard.Calls);
    });

    [Fact(Timeout = 60000)]
    public void BytesOnTheWay_Corrupted_EndTheConnection() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        await ends.Ready();
        ends.LowerServer.Tamper = static data => data[^1] ^= 1;
        ends.Server.Write("genuine"u8);
        await ends.Lost();
        Assert.IsType<IOException>(ends.AtClient.Heard.Loss, exactMatch: false);
        Assert.Equal(0, ends.AtClient.Heard.Length);
        Assert.True(ends.LowerClient.IsAborted);
    });

    [Theory(Timeout = 60000)]
    [InlineData(1)]
    [InlineData(2)]
    public void Handshake_Corrupted_Fails(int from) => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        (from == 1 ? ends.LowerClient : ends.LowerServer).Tamper = static data => data[^5] ^= 1;
        await LoopTask.Wait([ends.ClientReady, ends.ServerReady]);
        Assert.NotNull(ends.ClientReady.GetException() ?? ends.ServerReady.GetException());
        ends.Client.Abort();
        ends.Server.Abort();
        await LoopTask.Yield();
        _ = ends.ServerReady.GetException();
    });

    [Fact(Timeout = 60000)]
    public void Abort_Connected_DropsWhatWaitsAndTellsTheProtocolOnce() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        await ends.Ready();
        ends.LowerClient.Fill();
        ends.Client.Write("never"u8);
        ends.Client.Abort();
        ends.Client.Abort();
        ends.Client.Close();
        Assert.Equal(0, ends.Client.WriteBufferSize);
        await ends.Lost();
        Assert.Null(ends.AtClient.Heard.Loss);
        Assert.Equal(["made", "lost"], ends.AtClient.Heard.Calls);
        Assert.Equal(0, ends.AtServer.Heard.Length);
    });

    [Fact(Timeout = 60000)]
    public void LowerTransport_Closes_TlsIsClosing() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        await ends.Ready();
        ends.LowerClient.Close();
        Assert.True(ends.Client.IsClosing);
        Assert.False(ends.Client.IsReading);
        ends.Client.Write("dropped"u8);
        await ends.Lost();
        Assert.Equal(["made", "lost"], ends.AtClient.Heard.Calls);
    });

    [Fact(Timeout = 60000)]
    public void ConnectionMade_ClosesAtOnce_EndsInGoodOrder() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        ends.AtServer.OnMade = static transport =>
        {
            transport.Write("bye"u8);
            transport.Close();
        };
        await ends.Ready();
        await ends.Lost();
        Assert.Equal("bye", ends.AtClient.Heard.Text);
        Assert.Null(ends.AtClient.Heard.Loss);
        Assert.Null(ends.AtServer.Heard.Loss);
    });

    [Fact(Timeout = 60000)]
    public void DataReceived_ClosesOrAborts_NothingMoreIsDelivered() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        await ends.Ready();
        ends.AtServer.OnData = _ => ends.Server.Abort();
        for (int i = 0; i < 10; i++)
        {
            ends.Client.Write(TlsTest.Data(16 * 1024));
        }

        await ends.Lost();
        Assert.Equal(["made", "data", "lost"], ends.AtServer.Heard.Calls);
        Assert.InRange(ends.AtServer.Heard.Length, 1, 64 * 1024);
    });

    [Fact(Timeout = 60000)]
    public void Write_LowerTransportIsFull_WaitsAndPausesTheProtocol() => Run(async Coroutine () =>
    {
        var ends = new Ends(Loop);
        await ends.Ready();
        ends.LowerClient.Fill();
        byte[] data = TlsTest.Data(600 * 1024);
        ends.Client.Write(data.AsSpan(0, 512 * 1024));
        Assert.Equal(["made"], ends.AtClient.Heard.Calls);
        ends.Client.Write(data.AsSpan(512 * 1024));
        Assert.Equal(["made", "pause"], ends.AtClient.Heard.Calls);
        ends.LowerClient.Drain();
        Assert.Equal(["made", "pause", "resume"], ends.AtClient.Heard.Calls);
        await ends.AtServer.Heard.UntilReceived(data.Length);
        Assert.True(data.AsSpan().SequenceEqual(ends.AtServer.Heard.Data));
        ends.Client.Close();
        await ends.Lost();
    });

    private static async Coroutine<TException> Throws<TException>(LoopFuture<bool> future)
        where TException : Exception
    {
        await LoopTask.Wait([future]);
        return Assert.IsType<TException>(future.GetException());
    }
}
