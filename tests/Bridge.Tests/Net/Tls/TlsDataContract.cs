using System.Buffers;
using System.Security.Authentication;
using System.Text;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Row AC5: data over TLS on real sockets.</summary>
public abstract class TlsDataContract(ISelector selector) : IoTest(selector)
{
    [Theory(Timeout = 60000)]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public void Write_BothWays_ArrivesAndEndsInGoodOrder(SslProtocols version) => Run(async Coroutine () =>
    {
        var client = TestCertificates.ClientOptions();
        client.EnabledSslProtocols = version;
        var pair = new TlsPair(Loop, TlsTest.Client(client));
        await pair.Ready();
        pair.Client.Write("question"u8);
        await pair.AtServer.UntilReceived(8);
        pair.Server.Write("answer"u8);
        await pair.AtClient.UntilReceived(6);
        await pair.CloseBoth();
        Assert.Equal("question", pair.AtServer.Text);
        Assert.Equal("answer", pair.AtClient.Text);
        Assert.Equal(["made", "data", "eof", "lost"], pair.AtServer.Calls);
        Assert.Equal(["made", "data", "eof", "lost"], pair.AtClient.Calls);
        Assert.Null(pair.AtServer.Loss);
        Assert.Null(pair.AtClient.Loss);
    });

    [Fact(Timeout = 60000)]
    public void Write_AMegabyteEachWayInOddPieces_ArrivesWhole() => Run(async Coroutine () =>
    {
        var pair = new TlsPair(Loop);
        await pair.Ready();
        byte[] data = TlsTest.Data(1024 * 1024 + 13);
        var random = new Random(5);
        for (int done = 0; done < data.Length;)
        {
            int count = Math.Min(random.Next(1, 50_000), data.Length - done);
            pair.Client.Write(data.AsSpan(done, count));
            pair.Server.Write(data.AsSpan(done, count));
            done += count;
            await LoopTask.Yield();
        }

        await pair.AtClient.UntilReceived(data.Length);
        await pair.AtServer.UntilReceived(data.Length);
        Assert.True(data.AsSpan().SequenceEqual(pair.AtClient.Data));
        Assert.True(data.AsSpan().SequenceEqual(pair.AtServer.Data));
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void Write_ToABufferedProtocol_GoesThroughItsBuffer() => Run(async Coroutine () =>
    {
        var buffered = new WatchedBufferedProtocol(Loop);
        var pair = new TlsPair(Loop, serverProtocol: buffered);
        await pair.Ready();
        byte[] data = TlsTest.Data(200_001);
        pair.Client.Write(data);
        pair.Client.Close();
        await buffered.Heard.UntilLost();
        await pair.AtClient.UntilLost();
        Assert.True(data.AsSpan().SequenceEqual(buffered.Heard.Data));
        Assert.Equal(["made", "data", "eof", "lost"], buffered.Heard.Calls);
    });

    [Fact(Timeout = 60000)]
    public void WriteLines_AndSequences_ArriveInOrder() => Run(async Coroutine () =>
    {
        var pair = new TlsPair(Loop);
        await pair.Ready();
        pair.Client.WriteLines([Encoding.ASCII.GetBytes("one "), ReadOnlyMemory<byte>.Empty, Encoding.ASCII.GetBytes("two ")]);
        pair.Client.Write(ReadOnlySpan<byte>.Empty);
        pair.Client.Write(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes("three")));
        await pair.AtServer.UntilReceived(13);
        Assert.Equal("one two three", pair.AtServer.Text);
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void PauseReading_ThePeerWritesOn_NothingComesUntilResumedAndTheWriterIsPaused() => Run(async Coroutine () =>
    {
        var pair = new TlsPair(Loop);
        await pair.Ready();
        pair.Server.PauseReading();
        Assert.False(pair.Server.IsReading);
        byte[] data = TlsTest.Data(8 * 1024 * 1024);
        pair.Client.Write(data);
        Assert.Contains("pause", pair.AtClient.Calls);
        Assert.True(pair.Client.WriteBufferSize > 512 * 1024);
        for (int i = 0; i < 50; i++)
        {
            await LoopTask.Yield();
        }

        Assert.Equal(0, pair.AtServer.Length);
        pair.Server.ResumeReading();
        Assert.True(pair.Server.IsReading);
        await pair.AtServer.UntilReceived(data.Length);
        Assert.True(data.AsSpan().SequenceEqual(pair.AtServer.Data));
        Assert.Contains("resume", pair.AtClient.Calls);
        Assert.Equal(0, pair.Client.WriteBufferSize);
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void PauseReading_InsideDataReceived_KeepsTheRestForLater() => Run(async Coroutine () =>
    {
        var pair = new TlsPair(Loop);
        await pair.Ready();
        pair.ServerProtocol.OnData = _ => pair.Server.PauseReading();
        byte[] data = TlsTest.Data(300_000);
        pair.Client.Write(data);
        while (pair.AtServer.Length < data.Length)
        {
            long before = pair.AtServer.Length;
            await pair.AtServer.Until(() => pair.AtServer.Length > before);
            Assert.False(pair.Server.IsReading);
            long paused = pair.AtServer.Length;
            await LoopTask.Yield();
            await LoopTask.Yield();
            Assert.Equal(paused, pair.AtServer.Length);
            pair.Server.ResumeReading();
        }

        Assert.True(data.AsSpan().SequenceEqual(pair.AtServer.Data));
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void WriteEof_IsNotForTls() => Run(async Coroutine () =>
    {
        var pair = new TlsPair(Loop);
        await pair.Ready();
        Assert.False(pair.Client.CanWriteEof);
        Assert.Throws<NotSupportedException>(pair.Client.WriteEof);
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void EofReceived_SaysKeepOpen_IsIgnoredWithAWarning()
    {
        var log = new RecordingLogger();
        using var loop = new SelectorEventLoop(Selector.Another(), new EventLoopOptions { Logger = log });
        loop.RunUntilComplete(Body());
        Assert.Contains(log.Records, record => record.Text.Contains("no effect with TLS", StringComparison.Ordinal));

        async Coroutine Body()
        {
            var pair = new TlsPair(loop);
            pair.ServerProtocol.OnEof = () => true;
            await pair.Ready();
            await pair.CloseBoth();
            Assert.Equal(["made", "eof", "lost"], pair.AtServer.Calls);
        }
    }

    [Fact(Timeout = 60000)]
    public void SetWriteBufferLimits_ZeroAndDefaults_AreAsyncios() => Run(async Coroutine () =>
    {
        var pair = new TlsPair(Loop);
        await pair.Ready();
        Assert.Equal((128 * 1024, 512 * 1024), pair.Client.WriteBufferLimits);
        pair.Client.SetWriteBufferLimits(high: 100);
        Assert.Equal((25, 100), pair.Client.WriteBufferLimits);
        pair.Client.SetWriteBufferLimits(low: 10);
        Assert.Equal((10, 40), pair.Client.WriteBufferLimits);
        pair.Client.SetWriteBufferLimits();
        Assert.Equal((128 * 1024, 512 * 1024), pair.Client.WriteBufferLimits);
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Client.SetWriteBufferLimits(1, 2));
        await pair.CloseBoth();
    });

    [Fact(Timeout = 60000)]
    public void Protocol_ChangedWhileConnected_HearsTheNextData() => Run(async Coroutine () =>
    {
        var pair = new TlsPair(Loop);
        await pair.Ready();
        var next = new WatchedBufferedProtocol(Loop, 3);
        pair.ServerProtocol.OnData = _ => pair.Server.Protocol = next;
        pair.Client.Write("a"u8);
        await pair.AtServer.UntilReceived(1);
        pair.Client.Write("bcdefgh"u8);
        await next.Heard.UntilReceived(7);
        Assert.Equal("bcdefgh", next.Heard.Text);
        Assert.Throws<ArgumentException>(() => pair.Server.Protocol = new Datagrams());
        pair.Client.Close();
        await next.Heard.UntilLost();
        await pair.AtClient.UntilLost();
    });

    [Fact(Timeout = 60000)]
    public void DataReceived_Throws_IsReportedAndTheConnectionEnds() => Run(async Coroutine () =>
    {
        var pair = new TlsPair(Loop);
        await pair.Ready();
        pair.ServerProtocol.OnData = _ => throw new InvalidDataException("not mine");
        pair.Client.Write("a"u8);
        await pair.AtServer.UntilLost();
        await pair.AtClient.UntilLost();
        Assert.IsType<InvalidDataException>(pair.AtServer.Loss);
        LoopErrorContext report = TakeReport();
        Assert.Same(pair.AtServer.Loss, report.Exception);
        Assert.Same(pair.Server, report.Transport);
    });

    private sealed class Datagrams : DatagramProtocol;
}

/// <summary>On epoll.</summary>
public sealed class EpollTlsDataTests() : TlsDataContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollTlsDataTests() : TlsDataContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectTlsDataTests() : TlsDataContract(new SelectSelector());
