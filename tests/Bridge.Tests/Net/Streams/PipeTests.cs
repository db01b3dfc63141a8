using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge.Tests.Net.Streams;

/// <summary>The contract of PipeReader and PipeWriter.</summary>
public sealed class PipeTests : StreamTest
{
    [Fact(Timeout = 30000)]
    public void Read_NothingExaminedTwice_WaitsForMore() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("abc");
        ReadResult result = await reader.ReadAsync();
        Assert.Equal("abc", Text(result.Buffer.ToArray()));
        Assert.False(result.IsCompleted || result.IsCanceled);
        reader.AdvanceTo(result.Buffer.GetPosition(1), result.Buffer.End);
        Assert.False(reader.TryRead(out _));
        Loop.CallSoon(() => reader.FeedData(Bytes("d")));
        result = await reader.ReadAsync();
        Assert.Equal("bcd", Text(result.Buffer.ToArray()));

        // Not examined to the end: the next read need not wait.
        reader.AdvanceTo(result.Buffer.Start, result.Buffer.GetPosition(1));
        Assert.True(reader.TryRead(out result));
        Assert.Equal(3, result.Buffer.Length);
        reader.AdvanceTo(result.Buffer.End);
        Assert.Equal("<LoopStreamReader>", reader.ToString());
    });

    [Fact(Timeout = 30000)]
    public void Read_ManySegments_ConsumesAnywhere() => Run(async Coroutine () =>
    {
        byte[] sent = new byte[500];
        new Random(2).NextBytes(sent);
        for (int step = 1; step < 90; step += 4)
        {
            LoopStreamReader reader = Reader();
            reader.FeedData(sent);
            reader.FeedEof();
            var got = new List<byte>();
            while (true)
            {
                ReadResult result = await reader.ReadAsync();
                ReadOnlySequence<byte> part = result.Buffer.Slice(0, Math.Min(step, result.Buffer.Length));
                got.AddRange(part.ToArray());
                reader.AdvanceTo(part.End);
                if (got.Count == sent.Length)
                {
                    break;
                }
            }

            Assert.Equal(sent, got);
            Assert.True((await reader.ReadAsync()).IsCompleted);
        }
    });

    [Fact(Timeout = 30000)]
    public void Read_AtTheEnd_IsCompletedAgainAndAgain() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("ab");
        reader.FeedEof();
        ReadResult result = await reader.ReadAsync();
        Assert.True(result.IsCompleted);
        reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        result = await reader.ReadAsync();
        Assert.True(result.IsCompleted);
        Assert.Equal(2, result.Buffer.Length);
        reader.AdvanceTo(result.Buffer.End);
        Assert.True(reader.TryRead(out result));
        Assert.True(result.IsCompleted && result.Buffer.IsEmpty);
        reader.AdvanceTo(result.Buffer.End);
    });

    [Fact(Timeout = 30000)]
    public void Read_WhileTheBufferIsInUse_ThrowsInEveryForm() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("ab\n");
        Assert.Throws<InvalidOperationException>(() => reader.AdvanceTo(default));
        ReadResult result = await reader.ReadAsync();
        Assert.Throws<InvalidOperationException>(() => reader.TryRead(out _));
        Assert.IsType<InvalidOperationException>(await Outcome.Of(reader.ReadLineAsync()));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadAsync(TestContext.Current.CancellationToken));
        reader.AdvanceTo(result.Buffer.Start);
        Assert.Equal("ab\n", Text(await reader.ReadLineAsync()));
    });

    [Fact(Timeout = 30000)]
    public void AdvanceTo_StrangePositions_Throws() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("abcdef");
        ReadResult result = await reader.ReadAsync();
        SequencePosition early = result.Buffer.GetPosition(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.AdvanceTo(result.Buffer.GetPosition(3), early));
        reader.AdvanceTo(result.Buffer.GetPosition(3));
        await reader.ReadAsync();
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.AdvanceTo(early));
    });

    [Fact(Timeout = 30000)]
    public void CancelPendingRead_WhileItWaitsOrBefore_SaysSo() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        Loop.CallSoon(reader.CancelPendingRead);
        ReadResult result = await reader.ReadAsync();
        Assert.True(result.IsCanceled);
        reader.AdvanceTo(result.Buffer.End);
        reader.CancelPendingRead();
        reader.FeedData(Bytes("a"));
        result = await reader.ReadAsync();
        Assert.True(result.IsCanceled);
        Assert.Equal(1, result.Buffer.Length);
        reader.AdvanceTo(result.Buffer.Start);
        Assert.False((await reader.ReadAsync()).IsCanceled);
    });

    [Fact(Timeout = 30000)]
    public void CancelPendingRead_FromAnotherThread_EndsTheWait() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        Loop.CallSoon(() => OtherThread.Run(reader.CancelPendingRead));
        Assert.True((await reader.ReadAsync()).IsCanceled);
    });

    [Fact(Timeout = 30000)]
    public void Read_TokenCancelled_EndsTheWaitAndLosesNothing() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        using var source = new CancellationTokenSource();
        Loop.CallSoon(() => OtherThread.Run(source.Cancel));
        var thrown = await Assert.ThrowsAsync<OperationCanceledException>(async () => await reader.ReadAsync(source.Token));
        Assert.Equal(source.Token, thrown.CancellationToken);
        await Assert.ThrowsAsync<TaskCanceledException>(async () => await reader.ReadAsync(source.Token));
        reader.FeedData(Bytes("a"));
        Assert.Equal(1, (await reader.ReadAsync()).Buffer.Length);
    });

    [Fact(Timeout = 30000)]
    public void Read_ItsTaskIsCancelled_EndsTheWaitAndLosesNothing() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        LoopTask reading = Loop.CreateTask(ReadOnce(reader));
        await LoopTask.Yield();
        reading.Cancel("enough");
        Assert.Equal("enough", (await Outcome.Of(reading))!.Message);

        // Asked when the bytes are there already.
        reading = Loop.CreateTask(ReadOnce(reader));
        await LoopTask.Yield();
        reader.FeedData(Bytes("a"));
        reading.Cancel();
        Assert.IsType<LoopCanceledException>(await Outcome.Of(reading));
        Assert.Equal(1, (await reader.ReadAsync()).Buffer.Length);

        static async Coroutine ReadOnce(LoopStreamReader reader) => await reader.ReadAsync();
    });

    [Fact(Timeout = 30000)]
    public void Read_WaitingOfForeignCode_IsNeverRunInsideFeedData() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        bool hasRun = false;
        async Task ReadPlainly()
        {
            ReadResult result = await reader.ReadAsync(TestContext.Current.CancellationToken).ConfigureAwait(false);
            Assert.True(Loop.IsOnLoopThread);
            reader.AdvanceTo(result.Buffer.End);
            hasRun = true;
        }

        Task reading = ReadPlainly();
        reader.FeedData(Bytes("a"));
        Assert.False(hasRun);
        await LoopTask.Yield();
        Assert.True(hasRun);
        await reading;
    });

    [Fact(Timeout = 30000)]
    public void Read_Failed_Throws() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("abc");
        var failure = new InvalidDataException("bad");
        reader.SetException(failure);
        Assert.Same(failure, await Assert.ThrowsAsync<InvalidDataException>(async () => await reader.ReadAsync(TestContext.Current.CancellationToken)));
        Assert.Throws<InvalidDataException>(() => reader.TryRead(out _));
    });

    [Fact(Timeout = 30000)]
    public void Complete_WithBytesAndAWaitingRead_DropsAndThrows() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("abc");
        LoopTask<byte[]> read = Loop.CreateTask(reader.ReadLineAsync().AsCoroutine());
        await LoopTask.Yield();
        reader.Complete();
        reader.Complete();
        Assert.IsType<InvalidOperationException>(await Outcome.Of(read));
        Assert.Throws<InvalidOperationException>(() => reader.TryRead(out _));
        reader.FeedData(Bytes("more"));
        Assert.Equal("<LoopStreamReader>", reader.ToString());
    });

    [Fact(Timeout = 30000)]
    public void Write_ThenFlush_IsOneWrite() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        PipeWriter output = ((IDuplexPipe)pair.Near).Output;
        for (int i = 0; i < 100; i++)
        {
            Bytes("0123456789").CopyTo(output.GetSpan(10));
            output.Advance(10);
        }

        output.Write(Bytes("end"));
        Assert.Equal(0, pair.NearTransport.Writes);
        Assert.Equal(1003, output.UnflushedBytes);
        FlushResult flushed = await output.FlushAsync();
        Assert.False(flushed.IsCanceled || flushed.IsCompleted);
        Assert.Equal(1, pair.NearTransport.Writes);
        byte[] got = await pair.Far.Reader.ReadExactlyAsync(1003);
        Assert.EndsWith("0123456789end", Text(got), StringComparison.Ordinal);
        await output.WriteAsync(Bytes("direct"));
        Assert.Equal("direct", Text(await pair.Far.Reader.ReadExactlyAsync(6)));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Write_BadNumbers_Throws() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        LoopStreamWriter writer = pair.Near.Writer;
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.GetMemory(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(1));
        Assert.True(writer.GetMemory(1_000_000).Length >= 1_000_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(2_000_000));
        writer.Advance(0);
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void GetMemory_HeldWhileOthersWriteAndDrain_StaysTheHolders() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        LoopStreamWriter writer = pair.Near.Writer;
        writer.Write(Bytes("1"));
        writer.Write(Bytes("2"));
        Memory<byte> held = writer.GetMemory(4);
        await LoopTask.Yield();
        await writer.DrainAsync();
        Bytes("held").CopyTo(held);
        writer.Write(Bytes("3"));
        writer.Write(Bytes("4"));
        await writer.DrainAsync();

        // A segment that went back to the pool would be overwritten by this.
        pair.Far.Writer.Write(new byte[10]);
        await pair.Near.Reader.ReadExactlyAsync(10);
        writer.Advance(4);
        await writer.FlushAsync();
        Assert.Equal("1234held", Text(await pair.Far.Reader.ReadExactlyAsync(8)));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Flush_AboveTheMark_WaitsAndCanBeEndedInEachWay() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        LoopStreamWriter writer = pair.Near.Writer;
        pair.FarTransport.PauseReading();
        writer.Write(new byte[100_000]);
        Loop.CallSoon(() => OtherThread.Run(writer.CancelPendingFlush));
        Assert.True((await writer.FlushAsync()).IsCanceled);

        writer.CancelPendingFlush();
        Assert.True((await writer.FlushAsync()).IsCanceled);

        using var source = new CancellationTokenSource();
        Loop.CallSoon(source.Cancel);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await writer.FlushAsync(source.Token));

        LoopTask flushing = Loop.CreateTask(Flush(writer));
        await LoopTask.Yield();
        Assert.Throws<InvalidOperationException>(() => { _ = writer.FlushAsync(TestContext.Current.CancellationToken).AsTask(); });
        flushing.Cancel();
        Assert.IsType<LoopCanceledException>(await Outcome.Of(flushing));

        Loop.CallSoon(pair.FarTransport.ResumeReading);
        Assert.False((await writer.FlushAsync()).IsCanceled);
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Flush_ConnectionLost_Throws() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        pair.NearTransport.Abort();
        await LoopTask.Yield();
        await LoopTask.Yield();
        pair.Near.Writer.Write(Bytes("x"));
        var thrown = Assert.IsType<SocketException>(await Outcome.Of(Flush(pair.Near.Writer)));
        Assert.Equal(SocketError.ConnectionReset, thrown.SocketErrorCode);
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Complete_Writer_SendsTheRestAndEndsThatHalf() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        Bytes("last").CopyTo(pair.Near.Writer.GetSpan(4));
        pair.Near.Writer.Advance(4);
        await pair.Near.Writer.CompleteAsync();
        Assert.Equal("last", Text(await pair.Far.Reader.ReadAsync(-1)));
        Assert.False(pair.Near.Writer.IsClosing);
        Assert.Throws<InvalidOperationException>(() => pair.Near.Writer.GetMemory());
        Assert.Throws<InvalidOperationException>(() => pair.Near.Writer.Write(Bytes("x")));
        await pair.Near.Reader.CompleteAsync();
        Assert.True(pair.Near.Writer.IsClosing);
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void Complete_WriterAfterReaderOrWithAnError_Closes() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        pair.Near.Reader.Complete();
        pair.Near.Writer.Complete();
        Assert.True(pair.Near.Writer.IsClosing);
        pair.Far.Writer.Write(Bytes("dropped"));
        pair.Far.Writer.Complete(new InvalidDataException("bad"));
        Assert.True(pair.FarTransport.IsClosing);
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void CopyTo_PipeToStreamAndPipe_CopiesAll() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        byte[] sent = new byte[200_000];
        new Random(3).NextBytes(sent);
        pair.Far.Writer.Write(sent);
        pair.Far.Writer.WriteEof();
        using var copy = new MemoryStream();
        await pair.Near.Reader.CopyToAsync(copy, TestContext.Current.CancellationToken);
        Assert.Equal(sent, copy.ToArray());

        copy.Position = 0;
        LoopTask<byte[]> reading = Loop.CreateTask(pair.Far.Reader.ReadAsync(-1).AsCoroutine());
        await copy.CopyToAsync(pair.Near.Writer, TestContext.Current.CancellationToken);
        pair.Near.Writer.WriteEof();
        Assert.Equal(sent, await reading);
        await CloseAsync(pair);
    });

    private static async Coroutine Flush(LoopStreamWriter writer) => await writer.FlushAsync();
}
