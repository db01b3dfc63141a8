using Bridge.Net;

namespace Bridge.Tests.Net.Streams;

/// <summary>Rows AH3, AH4, AH7, AH8 and AH9.</summary>
public sealed class ReaderTests : StreamTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Constructor_BadLimit_Throws(int limit)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new LoopStreamReader(limit, Loop));

    [Fact]
    public void Constructor_NoLoopAnywhere_Throws()
        => OtherThread.Run(() => Assert.Throws<InvalidOperationException>(() => new LoopStreamReader()));

    [Fact(Timeout = 30000)]
    public void Constructor_LoopRuns_BelongsToIt() => Run(async Coroutine () =>
    {
        var reader = new LoopStreamReader();
        Assert.Same(Loop, reader.Loop);
        Assert.Equal(64 * 1024, reader.Limit);
        await LoopTask.Yield();
    });

    [Fact(Timeout = 30000)]
    public void Feed_Nothing_ThenEof_ReadsNothing() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        reader.FeedData([]);
        reader.FeedEof();
        Assert.Empty(await reader.ReadAsync(-1));
        Assert.True(reader.AtEof);
    });

    [Fact(Timeout = 30000)]
    public void Read_Zero_GivesNothingAtOnceAndLeavesTheBytes() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        Assert.Empty(await reader.ReadAsync(0));
        reader.FeedData(Bytes("line1"));
        Assert.Empty(await reader.ReadAsync(0));
        Assert.Equal(0, await reader.ReadAsync(Memory<byte>.Empty));
        Assert.Equal("line1", Text(await reader.ReadAsync(10)));
    });

    [Fact(Timeout = 30000)]
    public void Read_BytesComeInPieces_GivesWhatIsThereWhenItGoesOn() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        LoopTask<byte[]> read = Loop.CreateTask(reader.ReadAsync(10).AsCoroutine());
        await LoopTask.Yield();
        reader.FeedData(Bytes("abc"));
        Assert.False(read.IsDone);
        Assert.Equal("abc", Text(await read));
        reader.FeedData(Bytes("0123456789ABC"));
        Assert.Equal("0123456789", Text(await reader.ReadAsync(10)));
        byte[] rest = new byte[8];
        Assert.Equal(3, await reader.ReadAsync(rest));
        Assert.Equal("ABC", Text(rest.AsMemory(0, 3)));
    });

    [Fact(Timeout = 30000)]
    public void Read_EndComesWhileItWaits_GivesNothing() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        Loop.CallSoon(reader.FeedEof);
        Assert.Empty(await reader.ReadAsync(1024));
        Assert.Equal(0, await reader.ReadAsync(new byte[5]));
    });

    [Fact(Timeout = 30000)]
    public void Read_ToEnd_GivesAllWhateverTheLimit() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("chunk1", limit: 3);
        Loop.CallSoon(() =>
        {
            reader.FeedData(Bytes("chunk2"));
            reader.FeedEof();
        });
        Assert.Equal("chunk1chunk2", Text(await reader.ReadAsync(-1)));
        Assert.True(reader.AtEof);
    });

    [Fact(Timeout = 30000)]
    public void Read_Failed_ThrowsTheFailureFirst() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("line\n");
        var failure = new InvalidDataException("bad");
        Assert.Null(reader.Exception);
        reader.SetException(failure);
        Assert.Same(failure, reader.Exception);
        Assert.Same(failure, await Outcome.Of(reader.ReadAsync(2)));
        Assert.Same(failure, await Outcome.Of(reader.ReadAsync(0)));
        Assert.Same(failure, await Outcome.Of(reader.ReadLineAsync()));
        Assert.Same(failure, await Outcome.Of(reader.ReadExactlyAsync(2)));
        Assert.Same(failure, await Outcome.Of(reader.ReadUntilAsync(Bytes("x"))));
    });

    [Fact(Timeout = 30000)]
    public void SetException_SomebodyWaits_Throws() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        var failure = new InvalidDataException("bad");
        Loop.CallSoon(() => reader.SetException(failure));
        Assert.Same(failure, await Outcome.Of(reader.ReadLineAsync()));
    });

    [Fact(Timeout = 30000)]
    public void SetException_TheWaitIsCancelled_StaysCancelled() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        LoopTask<byte[]> read = Loop.CreateTask(reader.ReadLineAsync().AsCoroutine());
        await LoopTask.Yield();
        read.Cancel("enough");
        reader.SetException(new InvalidDataException("bad"));
        Exception? thrown = await Outcome.Of(read);
        Assert.Equal("enough", Assert.IsType<LoopCanceledException>(thrown).Message);
        Assert.Equal("<LoopStreamReader exception=InvalidDataException('bad')>", reader.ToString());
    });

    [Fact(Timeout = 30000)]
    public void AtEof_EndWithBytesLeft_OnlyOnceTheyAreRead() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("some data\n");
        Assert.False(reader.AtEof);
        reader.FeedEof();
        reader.FeedEof();
        Assert.False(reader.AtEof);
        await reader.ReadLineAsync();
        Assert.True(reader.AtEof);
        Assert.Throws<InvalidOperationException>(() => reader.FeedData(Bytes("x")));
    });

    [Fact(Timeout = 30000)]
    public void ReadExactly_ZeroOrLess_GivesNothingOrThrows() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("data");
        Assert.Empty(await reader.ReadExactlyAsync(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.ReadExactlyAsync(-1));
        Assert.Equal("data", Text(await reader.ReadAsync(9)));
    });

    [Fact(Timeout = 30000)]
    public void ReadExactly_BytesComeInPieces_WaitsForAllWhateverTheLimit() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader(limit: 2);
        LoopTask<byte[]> read = Loop.CreateTask(reader.ReadExactlyAsync(12).AsCoroutine());
        foreach (string piece in new[] { "abcd", "efg", "", "hij", "klm" })
        {
            await LoopTask.Yield();
            Assert.False(read.IsDone);
            reader.FeedData(Bytes(piece));
        }

        Assert.Equal("abcdefghijkl", Text(await read));
        Assert.Equal("m", Text(await reader.ReadAsync(5)));
    });

    [Fact(Timeout = 30000)]
    public void ReadExactly_StreamEndsBefore_ThrowsWithWhatCameAndEmptiesTheBuffer() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("abc");
        Loop.CallSoon(() =>
        {
            reader.FeedData(Bytes("def"));
            reader.FeedEof();
        });
        var thrown = Assert.IsType<IncompleteReadException>(await Outcome.Of(reader.ReadExactlyAsync(7)));
        Assert.Equal("abcdef", Text(thrown.Partial));
        Assert.Equal(7, thrown.Expected);
        Assert.Contains("6 bytes read on a total of 7 expected bytes", thrown.Message, StringComparison.Ordinal);
        Assert.True(reader.AtEof);
        thrown = Assert.IsType<IncompleteReadException>(await Outcome.Of(reader.ReadExactlyAsync(new byte[2])));
        Assert.Empty(thrown.Partial.ToArray());
    });

    [Fact(Timeout = 30000)]
    public void Read_AnotherOneWaits_ThrowsNamingBoth() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        LoopTask<byte[]> first = Loop.CreateTask(reader.ReadLineAsync().AsCoroutine());
        await LoopTask.Yield();
        var thrown = Assert.IsType<InvalidOperationException>(await Outcome.Of(reader.ReadExactlyAsync(2)));
        Assert.StartsWith("ReadExactlyAsync() called while another coroutine is already waiting for incoming data (ReadLineAsync)", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => reader.TryRead(out _));
        reader.FeedData(Bytes("a\n"));

        // Its bytes are promised to the first reader until that has taken them.
        Assert.IsType<InvalidOperationException>(await Outcome.Of(reader.ReadAsync(1)));
        Assert.Equal("a\n", Text(await first));
    });

    [Fact(Timeout = 30000)]
    public void Read_Cancelled_LosesNothing() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("ab");
        foreach (Coroutine read in new Coroutine[]
        {
            reader.ReadExactlyAsync(5), reader.ReadLineAsync(), reader.ReadUntilAsync(Bytes("xx")), reader.ReadAsync(-1),
        })
        {
            LoopTask task = Loop.CreateTask(read);
            await LoopTask.Yield();
            task.Cancel();
            Assert.IsType<LoopCanceledException>(await Outcome.Of(task));
        }

        reader.FeedData(Bytes("cde"));
        Assert.Equal("abcde", Text(await reader.ReadExactlyAsync(5)));
    });

    [Fact(Timeout = 30000)]
    public void Read_CancelledWhenItsBytesAreThere_LosesNothing() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        LoopTask task = Loop.CreateTask(reader.ReadLineAsync().AsCoroutine());
        await LoopTask.Yield();
        reader.FeedData(Bytes("line\n"));
        task.Cancel();
        Assert.IsType<LoopCanceledException>(await Outcome.Of(task));
        Assert.Equal("line\n", Text(await reader.ReadLineAsync()));
    });

    [Fact(Timeout = 30000)]
    public void Read_CancelIsTakenBackInTime_GoesOn() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        LoopTask<byte[]> task = Loop.CreateTask(reader.ReadLineAsync().AsCoroutine());
        await LoopTask.Yield();
        reader.FeedData(Bytes("line\n"));
        task.Cancel();
        task.Uncancel();
        Assert.Equal("line\n", Text(await task));
    });

    [Fact(Timeout = 30000)]
    public void Read_TimesOut_LosesNothing() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("ab");
        Assert.IsType<TimeoutException>(await Outcome.Of(LoopTask.WaitFor(reader.ReadLineAsync().AsCoroutine(), TimeSpan.FromSeconds(1))));
        reader.FeedData(Bytes("\n"));
        Assert.Equal("ab\n", Text(await reader.ReadLineAsync()));
    });

    [Fact(Timeout = 30000)]
    public void Read_FromAPlainAsyncMethod_GoesOnOnTheLoop() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader();
        async Task<string> ReadPlainly()
        {
            byte[] line = await reader.ReadLineAsync();
            Assert.True(Loop.IsOnLoopThread);
            return Text(line);
        }

        Task<string> read = ReadPlainly();
        reader.FeedData(Bytes("x\n"));
        Assert.False(read.IsCompleted);
        Assert.Equal("x\n", await read);
    });

    [Fact(Timeout = 30000)]
    public void Read_EverySizeInPiecesOfEverySize_GivesTheStream() => Run(async Coroutine () =>
    {
        byte[] sent = new byte[97];
        new Random(1).NextBytes(sent);
        for (int piece = 1; piece <= 40; piece += 3)
        {
            for (int size = 1; size <= 40; size += 3)
            {
                LoopStreamReader reader = Reader();
                LoopTask feeding = Loop.CreateTask(Feed(reader, sent, piece));
                var got = new List<byte>();
                byte[] room = new byte[size];
                for (int count; (count = await reader.ReadAsync(room)) > 0;)
                {
                    got.AddRange(room[..count]);
                }

                Assert.Equal(sent, got);
                await feeding;
            }
        }
    });

    private static async Coroutine Feed(LoopStreamReader reader, byte[] bytes, int piece)
    {
        for (int start = 0; start < bytes.Length; start += piece)
        {
            reader.FeedData(bytes.AsSpan(start, Math.Min(piece, bytes.Length - start)));
            await LoopTask.Yield();
        }

        reader.FeedEof();
    }
}
