using Bridge.Net;
using Bridge.TestKit;

namespace Bridge.Tests.Net.Streams;

/// <summary>Rows AH2 and AH17, without a network.</summary>
public sealed class StreamProtocolTests : StreamTest
{
    /// <summary>Keeps streams that a handler ignores from being collected, and reported, before the test is over.</summary>
    private readonly List<LoopStream> _served = [];

    [Fact(Timeout = 30000)]
    public void Handler_IsACoroutine_ServesTheConnection()
    {
        (LoopStream client, MemoryTransport transport) = ServeBy(async Coroutine (stream) =>
        {
            byte[] line = await stream.Reader.ReadLineAsync();
            stream.Writer.Write(line);
            await stream.DisposeAsync();
        });
        Run(async Coroutine () =>
        {
            client.Writer.Write(Bytes("hello\n"));
            Assert.Equal("hello\n", Text(await client.Reader.ReadAsync(-1)));
            await client.DisposeAsync();
        });
        Assert.True(transport.IsClosing);
    }

    [Fact(Timeout = 30000)]
    public void Handler_Throws_IsReportedAndTheConnectionCloses()
    {
        var failure = new InvalidDataException("bad");
        (LoopStream client, MemoryTransport transport) = ServeBy(async Coroutine (_) =>
        {
            await LoopTask.Yield();
            throw failure;
        });
        EndOf(client);
        LoopErrorContext report = TakeReport();
        Assert.Equal("Unhandled exception in client_connected_cb", report.Message);
        Assert.Same(failure, report.Exception);
        Assert.Same(transport, report.Transport);
    }

    [Fact(Timeout = 30000)]
    public void Handler_ThrowsBeforeItsCoroutine_IsReportedAndTheConnectionCloses()
    {
        (LoopStream client, _) = Serve(_ => throw new InvalidDataException("bad"));
        EndOf(client);
        Assert.Equal("Unhandled exception in client_connected_cb", TakeReport().Message);
    }

    [Fact(Timeout = 30000)]
    public void Handler_IsCancelled_ClosesTheConnectionQuietly()
    {
        (LoopStream client, _) = ServeBy(async Coroutine (_) =>
        {
            LoopTask.Current!.Cancel();
            await LoopTask.Yield();
        });
        EndOf(client);
    }

    [Fact(Timeout = 30000)]
    public void Handler_IsAPlainFunction_LeavesTheConnectionOpen()
    {
        LoopStream? served = null;
        (LoopStream client, MemoryTransport transport) = Serve(stream =>
        {
            served = stream;
            return null;
        });
        RunTurns(3);
        Assert.False(transport.IsClosing);
        Assert.True(served!.IsServerSide);
        Assert.False(client.IsServerSide);
        served.Writer.Close();
        EndOf(client);
    }

    [Theory(Timeout = 30000)]
    [InlineData(false)]
    [InlineData(true)]
    public void EofReceived_StaysOpenExceptOverTls(bool isTls)
    {
        MemoryPair pair = Connect();
        pair.NearTransport.SetExtraInfo(ExtraInfo.SslContext, isTls ? new object() : null);
        pair.Far.Writer.WriteEof();
        RunTurns(2);
        Assert.Equal(isTls, pair.Near.Writer.IsClosing);
        Close(pair);
    }

    [Fact(Timeout = 30000)]
    public void ConnectionLost_InGoodOrder_IsTheEndOfTheStream()
    {
        MemoryPair pair = Connect();
        pair.NearTransport.Abort();
        Run(async Coroutine () => Assert.Empty(await pair.Near.Reader.ReadAsync(-1)));
        Close(pair);
    }

    [Fact(Timeout = 30000)]
    public void ReplaceTransport_WriterAndReaderGoOnOverTheOther()
    {
        MemoryPair pair = Connect();
        MemoryPair other = Connect();
        pair.Near.Writer.ReplaceTransport(other.NearTransport);
        other.NearTransport.Protocol = pair.NearTransport.Protocol;
        pair.Near.Writer.Write(Bytes("over there"));
        other.Far.Writer.Write(Bytes("and back"));
        Run(async Coroutine () =>
        {
            Assert.Equal("over there", Text(await other.Far.Reader.ReadAsync(20)));
            Assert.Equal("and back", Text(await pair.Near.Reader.ReadAsync(20)));
        });
        Assert.Same(other.NearTransport, pair.Near.Writer.Transport);
        Close(pair);
        Close(other);
    }

    private (LoopStream Client, MemoryTransport Server) ServeBy(Func<LoopStream, Coroutine> handler) => Serve(handler);

    private (LoopStream Client, MemoryTransport Server) Serve(Func<LoopStream, Coroutine?> handler)
    {
        var client = new StreamProtocol(Loop, LoopStreamReader.DefaultLimit);
        var server = new StreamProtocol(Loop, LoopStreamReader.DefaultLimit, stream =>
        {
            _served.Add(stream);
            return handler(stream);
        });
        (_, MemoryTransport transport) = MemoryTransport.Connect(Loop, client, server);
        RunTurns();
        return (new LoopStream(client), transport);
    }

    private void EndOf(LoopStream client) => Run(async Coroutine () =>
    {
        Assert.Empty(await client.Reader.ReadAsync(-1));
        await client.DisposeAsync();
    });
}
