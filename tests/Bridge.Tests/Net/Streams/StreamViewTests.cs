using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text.Json;
using Bridge.Net;

namespace Bridge.Tests.Net.Streams;

/// <summary>Streams seen as Stream and as IDuplexPipe, by code that knows nothing of loops.</summary>
public sealed class StreamViewTests : StreamTest
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30000)]
    public void AsStream_StreamReaderAndWriter_TalkInLines() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        await using var writer = new StreamWriter(pair.Near.AsStream(leaveOpen: true)) { AutoFlush = false };
        using var reader = new StreamReader(pair.Far.AsStream(leaveOpen: true));
        await writer.WriteLineAsync("first line".AsMemory(), Token);
        await writer.WriteLineAsync("second line".AsMemory(), Token);
        await writer.FlushAsync(Token);
        Assert.Equal("first line", await reader.ReadLineAsync(Token));
        Assert.Equal("second line", await reader.ReadLineAsync(Token));
        pair.Near.Writer.WriteEof();
        Assert.Null(await reader.ReadLineAsync(Token));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void AsStream_BinaryReaderOnAnotherThread_BlocksThere() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        LoopFuture<string> elsewhere = Loop.WrapFuture(Task.Run(
            () =>
            {
                using var reader = new BinaryReader(pair.Near.AsStream(leaveOpen: true));
                using var writer = new BinaryWriter(pair.Near.AsStream(leaveOpen: true));
                int number = reader.ReadInt32();
                writer.Write(number + 1);
                writer.Flush();
                return reader.ReadString();
            },
            Token));
        pair.Far.Writer.Write(BitConverter.GetBytes(41));
        Assert.Equal(42, BitConverter.ToInt32(await pair.Far.Reader.ReadExactlyAsync(4)));
        pair.Far.Writer.Write([3, (byte)'a', (byte)'b', (byte)'c']);
        Assert.Equal("abc", await elsewhere);
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void AsStream_SyncCallsOnTheLoopThread_WorkOnlyWhereTheyNeedNotWait() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        using Stream stream = pair.Near.AsStream(leaveOpen: true);
        var thrown = Assert.Throws<InvalidOperationException>(() => stream.ReadByte());
        Assert.Contains(nameof(Stream.ReadAsync), thrown.Message, StringComparison.Ordinal);
        pair.Far.Writer.Write(Bytes("x"));
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.Equal('x', stream.ReadByte());
        pair.FarTransport.PauseReading();
        stream.Write(new byte[100_000]);
        thrown = Assert.Throws<InvalidOperationException>(() => stream.WriteByte(1));
        Assert.Contains(nameof(Stream.WriteAsync), thrown.Message, StringComparison.Ordinal);
        pair.Far.Writer.WriteEof();
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.Equal(-1, stream.ReadByte());
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void AsStream_AsyncFromAnyThread_CopiesBothWays() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        byte[] sent = new byte[300_000];
        new Random(4).NextBytes(sent);
        LoopFuture<NoResult> sending = Loop.WrapFuture(Task.Run(
            async () =>
            {
                await using Stream stream = pair.Near.AsStream();
                await stream.WriteAsync(sent, Token);
                await stream.FlushAsync(Token);
                return default(NoResult);
            },
            Token));
        using var copy = new MemoryStream();
        await pair.Far.AsStream(leaveOpen: true).CopyToAsync(copy, Token);
        Assert.Equal(sent, copy.ToArray());
        pair.Far.Writer.Close();
        await sending;
        Assert.True(pair.Near.Writer.IsClosing);
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void AsStream_TokenCancelled_EndsTheWaitAndLosesNothing() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        using var source = new CancellationTokenSource();
        Stream stream = pair.Near.AsStream(leaveOpen: true);
        LoopFuture<int> elsewhere = Loop.WrapFuture(Task.Run(async () => await stream.ReadAtLeastAsync(new byte[9], 1, cancellationToken: source.Token), Token));
        while (!pair.Near.Reader.ToString().Contains("waiter", StringComparison.Ordinal))
        {
            await LoopTask.Yield();
        }

        await source.CancelAsync();
        Assert.IsAssignableFrom<OperationCanceledException>(await Outcome.Of(elsewhere));
        pair.Far.Writer.Write(Bytes("abc"));
        Assert.Equal(3, await stream.ReadAtLeastAsync(new byte[9], 3, cancellationToken: Token));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void AsStream_ConnectionFails_ThrowsIOExceptions() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        await using Stream stream = pair.Near.AsStream(leaveOpen: true);
        var failure = new SocketException((int)SocketError.TimedOut);
        Loop.CallSoon(() => pair.NearTransport.Fail(failure));
        var thrown = await Assert.ThrowsAsync<IOException>(async () => await stream.ReadAtLeastAsync(new byte[1], 1, cancellationToken: Token));
        Assert.Same(failure, thrown.InnerException);
        Assert.Throws<IOException>(() => stream.ReadByte());
        Assert.Throws<IOException>(() => stream.WriteByte(1));
        await Assert.ThrowsAsync<IOException>(async () => await stream.WriteAsync(new byte[1], Token));
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void AsStream_WhatItCannotDo_Throws() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        Stream reading = pair.Near.Reader.AsStream(leaveOpen: true);
        Stream writing = pair.Near.Writer.AsStream(leaveOpen: true);
        Assert.True(reading.CanRead && !reading.CanWrite && writing.CanWrite && !writing.CanRead && !reading.CanSeek);
        Assert.Throws<NotSupportedException>(() => reading.WriteByte(1));
        Assert.Throws<NotSupportedException>(() => writing.ReadByte());
        Assert.Throws<NotSupportedException>(() => reading.Length);
        Assert.Throws<NotSupportedException>(() => reading.Seek(0, SeekOrigin.Begin));
        await reading.DisposeAsync();
        await writing.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => reading.ReadByte());
        Assert.False(pair.Near.Writer.IsClosing);
        await pair.Near.AsStream().DisposeAsync();
        Assert.True(pair.Near.Writer.Output.IsLost);
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void DuplexPipe_SystemTextJson_ReadsAndWrites() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        (IDuplexPipe near, IDuplexPipe far) = (pair.Near, pair.Far);
        int[] numbers = [.. Enumerable.Range(0, 10_000)];
        async Task Send()
        {
            await JsonSerializer.SerializeAsync(near.Output, numbers, cancellationToken: Token);
            await near.Output.CompleteAsync();
        }

        Task sending = Send();
        Assert.Equal(numbers, await JsonSerializer.DeserializeAsync<int[]>(far.Input, cancellationToken: Token));
        await sending;
        await CloseAsync(pair);
    });

    [Fact(Timeout = 30000)]
    public void DuplexPipe_CopyThroughAStreamThatCompletesElsewhere_StaysOnTheLoop() => Run(async Coroutine () =>
    {
        MemoryPair pair = await Connected();
        byte[] sent = new byte[50_000];
        new Random(5).NextBytes(sent);
        pair.Near.Writer.Write(sent);
        pair.Near.Writer.WriteEof();
        using var slow = new HoppingStream();
        await pair.Far.Reader.CopyToAsync(slow, Token);
        Assert.Equal(sent, slow.ToArray());
        slow.Position = 0;
        LoopTask<byte[]> reading = Loop.CreateTask(pair.Near.Reader.ReadExactlyAsync(sent.Length).AsCoroutine());
        await slow.CopyToAsync(pair.Far.Writer, Token);
        Assert.Equal(sent, await reading);
        await CloseAsync(pair);
    });

    /// <summary>Completes what it is asked on another thread.</summary>
    private sealed class HoppingStream : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Run(() => Write(buffer.Span), cancellationToken).ConfigureAwait(false);
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => await Task.Run(() => Read(buffer.Span), cancellationToken).ConfigureAwait(false);
    }
}
