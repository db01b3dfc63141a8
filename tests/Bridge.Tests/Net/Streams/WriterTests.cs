using System.Net.Sockets;
using Bridge.Net;

namespace Bridge.Tests.Net.Streams;

/// <summary>Rows AH12, AH13, AH14 and AH16.</summary>
[Collection(nameof(MemoryCollection))]
public sealed class WriterTests : StreamTest
{
    [Fact(Timeout = 30000)]
    public void Write_OnceInACallback_GoesOutAtOnce() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        await LoopTask.Yield();
        pair.Near.Writer.Write(Bytes("abc"));
        Assert.Equal(1, pair.NearTransport.Writes);
        Assert.Equal(0, pair.Near.Writer.UnflushedBytes);
        Assert.Equal("abc", Text(await pair.Far.Reader.ReadAsync(10)));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Write_OftenInACallback_FirstAtOnceTheRestTogetherByDrain() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        foreach (string piece in new[] { "one ", "two ", "three ", "four" })
        {
            pair.Near.Writer.Write(Bytes(piece));
        }

        Assert.Equal(1, pair.NearTransport.Writes);
        Assert.Equal(14, pair.Near.Writer.UnflushedBytes);
        await pair.Near.Writer.DrainAsync();
        Assert.Equal(2, pair.NearTransport.Writes);
        Assert.Equal("one two three four", Text(await pair.Far.Reader.ReadExactlyAsync(18)));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Write_OftenWithoutDrain_GoesOutInTheNextTurn() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        pair.Near.Writer.Write(Bytes("a"));
        pair.Near.Writer.Write(Bytes("b"));
        pair.Near.Writer.Write(Bytes("c"));
        await LoopTask.Yield();
        Assert.Equal(2, pair.NearTransport.Writes);
        Assert.Equal("abc", Text(await pair.Far.Reader.ReadExactlyAsync(3)));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Write_SmallThenLarge_KeepsTheOrder() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        byte[] large = new byte[100_000];
        pair.Near.Writer.Write(Bytes("a"));
        pair.Near.Writer.Write(Bytes("b"));
        pair.Near.Writer.Write(large);
        pair.Near.Writer.Write(Bytes("c"));
        pair.Near.Writer.WriteLines([Bytes("d"), Bytes("e")]);
        Assert.Same(pair.NearTransport, pair.Near.Writer.Transport);
        pair.NearTransport.Write(Bytes("f"));
        byte[] all = await pair.Far.Reader.ReadExactlyAsync(large.Length + 6);
        Assert.Equal("ab", Text(all.AsMemory(0, 2)));
        Assert.Equal("cdef", Text(all.AsMemory(all.Length - 4)));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void WriteEof_WithGatheredBytes_SendsThemAndEndsThatHalf() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        Assert.True(pair.Near.Writer.CanWriteEof);
        pair.Near.Writer.Write(Bytes("a"));
        pair.Near.Writer.Write(Bytes("b"));
        pair.Near.Writer.WriteEof();
        Assert.Throws<InvalidOperationException>(() => pair.Near.Writer.Write(Bytes("c")));
        Assert.Equal("ab", Text(await pair.Far.Reader.ReadAsync(-1)));
        Assert.Throws<InvalidOperationException>(() => pair.Near.Writer.Write(Bytes("c")));
        pair.Far.Writer.Write(Bytes("answer"));
        Assert.Equal("answer", Text(await pair.Near.Reader.ReadAsync(10)));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Close_WithGatheredBytes_SendsThemFirst() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        pair.Near.Writer.Write(Bytes("a"));
        pair.Near.Writer.Write(Bytes("b"));
        Assert.False(pair.Near.Writer.IsClosing);
        pair.Near.Writer.Close();
        pair.Near.Writer.Close();
        Assert.True(pair.Near.Writer.IsClosing);
        Assert.Equal("ab", Text(await pair.Far.Reader.ReadAsync(-1)));
        await pair.Near.Writer.WaitClosedAsync();
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void GetExtraInfo_IsTheTransports() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        pair.NearTransport.SetExtraInfo(ExtraInfo.PeerName, new System.Net.IPEndPoint(1, 2));
        Assert.Equal(2, pair.Near.Writer.GetExtraInfo<System.Net.IPEndPoint>(ExtraInfo.PeerName)!.Port);
        Assert.Same(pair.Near.RemoteEndPoint, pair.Near.Writer.GetExtraInfo(ExtraInfo.PeerName));
        Assert.Null(pair.Near.LocalEndPoint);
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Drain_AboveTheMark_WaitsForAllWhoAskUntilItIsDown() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        pair.NearTransport.SetWriteBufferLimits(high: 10, low: 5);
        pair.FarTransport.PauseReading();
        pair.Near.Writer.Write(new byte[20]);
        LoopTask[] drains = [.. Enumerable.Range(0, 3).Select(_ => Loop.CreateTask((Coroutine)pair.Near.Writer.DrainAsync()))];
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.All(drains, drain => Assert.False(drain.IsDone));
        drains[1].Cancel();
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.True(drains[1].IsCancelled);
        Assert.False(drains[0].IsDone);
        pair.FarTransport.ResumeReading();
        await drains[0];
        await drains[2];
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Drain_ReaderFailed_ThrowsThat() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        var failure = new InvalidDataException("bad");
        pair.Near.Reader.SetException(failure);
        Assert.Same(failure, await Outcome.Of((Coroutine)pair.Near.Writer.DrainAsync()));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Drain_AfterClose_ThrowsOnceTheConnectionIsLost() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        pair.Near.Writer.Close();
        Exception? thrown = null;
        for (int tries = 0; tries < 10 && thrown is null; tries++)
        {
            pair.Near.Writer.Write(Bytes("data"));
            thrown = await Outcome.Of((Coroutine)pair.Near.Writer.DrainAsync());
        }

        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(thrown).SocketErrorCode);
        Assert.StartsWith("Connection lost", thrown.Message, StringComparison.Ordinal);
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Drain_ConnectionIsLostMeanwhile_ThrowsToAllWhoWait() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        pair.FarTransport.PauseReading();
        pair.Near.Writer.Write(new byte[100_000]);
        LoopTask first = Loop.CreateTask((Coroutine)pair.Near.Writer.DrainAsync());
        LoopTask second = Loop.CreateTask((Coroutine)pair.Near.Writer.DrainAsync());
        await LoopTask.Yield();
        var failure = new SocketException((int)SocketError.TimedOut);
        pair.NearTransport.Fail(failure);
        Assert.Same(failure, await Outcome.Of(first));
        Assert.Same(failure, await Outcome.Of(second));
        Assert.Same(failure, await Outcome.Of((Coroutine)pair.Near.Writer.DrainAsync()));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void WaitClosed_LostByAFailure_ThrowsItToEverybody() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        LoopTask first = Loop.CreateTask(pair.Near.Writer.WaitClosedAsync());
        LoopTask cancelled = Loop.CreateTask(pair.Near.Writer.WaitClosedAsync());
        await LoopTask.Yield();
        cancelled.Cancel();
        await LoopTask.Yield();
        var failure = new SocketException((int)SocketError.TimedOut);
        pair.NearTransport.Fail(failure);
        Assert.Same(failure, await Outcome.Of(first));
        Assert.True(cancelled.IsCancelled);
        Assert.Same(failure, await Outcome.Of(pair.Near.Writer.WaitClosedAsync()));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void WaitClosed_WithUnreadBytes_Ends() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        pair.Far.Writer.Write(Bytes("unread"));
        await LoopTask.Yield();
        await LoopTask.Yield();
        pair.Near.Writer.Close();
        await pair.Near.Writer.WaitClosedAsync();
        Assert.Equal("unread", Text(await pair.Near.Reader.ReadAsync(-1)));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Dispose_InACoroutine_ClosesAndWaits() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        await using (pair.Near)
        {
            pair.Near.Writer.Write(Bytes("bye"));
        }

        Assert.True(pair.Near.Writer.Output.IsLost);
        Assert.Equal("bye", Text(await pair.Far.Reader.ReadAsync(-1)));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Dispose_PeerDoesNotTakeTheRest_CanBeCancelled() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        pair.FarTransport.PauseReading();
        pair.Near.Writer.Write(Bytes("bye"));
        LoopTask disposing = Loop.CreateTask(Dispose(pair.Near));
        await LoopTask.Yield();
        disposing.Cancel();
        Assert.IsType<LoopCanceledException>(await Outcome.Of(disposing));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Dispose_LostByAFailure_ThrowsItUnlessSomebodyWasTold() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        var failure = new SocketException((int)SocketError.TimedOut);
        pair.NearTransport.Fail(failure);
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.Same(failure, await Outcome.Of(Dispose(pair.Near)));
        Assert.Same(failure, await Outcome.Of(pair.Near.Reader.ReadAsync(1)));
        await pair.Near.DisposeAsync();
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Collected_NotClosed_IsReportedOnceAndClosed()
    {
        Bridge.TestKit.MemoryTransport? far = null;
        Garbage.Call(() => far = Connect().FarTransport);
        Run(async Coroutine () =>
        {
            // A running loop hears of it on its own thread.
            while (Reports.Count < 2)
            {
                Garbage.Collect();
                await LoopTask.Yield();
            }
        });
        Assert.True(far!.IsClosing);
        Assert.Equal(2, Reports.Count);
        Assert.All(Reports, report => Assert.StartsWith("unclosed <LoopStreamWriter transport=<MemoryTransport", report.Message, StringComparison.Ordinal));
        Reports.Clear();
        Garbage.Collect();
        RunTurns(3);
    }

    [Fact(Timeout = 30000)]
    public void Collected_LoopClosedBefore_SaysSo()
    {
        Bridge.TestKit.MemoryTransport? far = null;
        Garbage.Call(() => far = Connect().FarTransport);
        Loop.Close();
        Garbage.Collect();
        Assert.Equal(2, Reports.Count);
        Assert.All(Reports, report => Assert.Contains("its loop is closed", report.Message, StringComparison.Ordinal));
        Reports.Clear();
        GC.KeepAlive(far);
    }

    [Fact(Timeout = 30000)]
    public void Collected_OnlyTheReaderIsInUse_StaysOpen()
    {
        Bridge.TestKit.MemoryTransport? near = null;
        LoopTask<byte[]>? read = null;
        LoopStream? far = null;
        Garbage.Call(() =>
        {
            MemoryPair pair = Connect();
            (near, far) = (pair.NearTransport, pair.Far);
            read = Loop.CreateTask(pair.Near.Reader.ReadLineAsync().AsCoroutine());
        });
        RunTurns(2);
        Garbage.Collect();
        RunTurns(2);
        Assert.False(near!.IsClosing);
        far!.Writer.Write(Bytes("x\n"));
        Assert.Equal("x\n", Text(Loop.RunUntilComplete(read!)));
        far.Writer.Close();
        near.Abort();
        RunTurns(3);
    }

    private static async Coroutine Dispose(LoopStream stream) => await stream.DisposeAsync();
}
