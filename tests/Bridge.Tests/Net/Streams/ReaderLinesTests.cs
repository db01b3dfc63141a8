using System.Buffers;
using Bridge.Net;

namespace Bridge.Tests.Net.Streams;

/// <summary>Rows AH5, AH6, AH10, AH18 and AH19.</summary>
public sealed class ReaderLinesTests : StreamTest
{
    [Fact(Timeout = 30000)]
    public void ReadLine_LinesInPieces_GivesThemOneByOne() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("chunk1 ");
        LoopTask<byte[]> line = Loop.CreateTask(reader.ReadLineAsync().AsCoroutine());
        foreach (string piece in new[] { "chunk2 ", "chunk3 ", "\n chunk4\nlast" })
        {
            await LoopTask.Yield();
            Assert.False(line.IsDone);
            reader.FeedData(Bytes(piece));
        }

        Assert.Equal("chunk1 chunk2 chunk3 \n", Text(await line));
        Assert.Equal(" chunk4\n", Text(await reader.ReadLineAsync()));
        reader.FeedEof();
        Assert.Equal("last", Text(await reader.ReadLineAsync()));
        Assert.Empty(await reader.ReadLineAsync());
    });

    [Fact(Timeout = 30000)]
    public void ReadLine_IntoABuffer_AppendsAndCounts() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("a long enough first line\nsecond\n");
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Equal(25, await reader.ReadLineAsync(buffer));
        Assert.Equal(7, await reader.ReadLineAsync(buffer));
        Assert.Equal("a long enough first line\nsecond\n", Text(buffer.WrittenMemory));
        Assert.Throws<ArgumentNullException>(() => reader.ReadLineAsync(null!));
    });

    [Fact(Timeout = 30000)]
    public void ReadLine_OverTheLimitWithNewline_DropsThatLine() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("line1 is too long\nline2\n", limit: 7);
        var thrown = Assert.IsType<LimitOverrunException>(await Outcome.Of(reader.ReadLineAsync()));
        Assert.Contains("Separator is found, but chunk is longer than limit", thrown.Message, StringComparison.Ordinal);
        Assert.Equal("line2\n", Text(await reader.ReadLineAsync()));
    });

    [Fact(Timeout = 30000)]
    public void ReadLine_OverTheLimitWithoutNewline_DropsEverything() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("li", limit: 3);
        Loop.CallSoon(() => reader.FeedData(Bytes("ne1")));
        var thrown = Assert.IsType<LimitOverrunException>(await Outcome.Of(reader.ReadLineAsync()));
        Assert.Contains("Separator is not found, and chunk exceed the limit", thrown.Message, StringComparison.Ordinal);
        Assert.Equal("<LoopStreamReader limit=3>", reader.ToString());
        reader.FeedData(Bytes("ab\n"));
        Assert.Equal("ab\n", Text(await reader.ReadLineAsync()));
    });

    [Fact(Timeout = 30000)]
    public void ReadUntil_SeparatorInPieces_GivesItWithTheBytes() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("Hello");
        LoopTask<byte[]> read = Loop.CreateTask(reader.ReadUntilAsync(Bytes("__==")).AsCoroutine());
        foreach (string piece in new[] { "_", "_=", "=_", "__=", "=rest" })
        {
            await LoopTask.Yield();
            reader.FeedData(Bytes(piece));
        }

        Assert.Equal("Hello__==", Text(await read));
        Assert.Equal("___==", Text(await reader.ReadUntilAsync(Bytes("=="))));
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Equal(4, await reader.ReadUntilAsync(Bytes("t"), buffer));
        Assert.Equal("rest", Text(buffer.WrittenMemory));
    });

    [Fact]
    public void ReadUntil_NothingToLookFor_Throws()
    {
        LoopStreamReader reader = Reader();
        Assert.Throws<ArgumentException>(() => reader.ReadUntilAsync(ReadOnlyMemory<byte>.Empty));
        Assert.Throws<ArgumentException>(() => reader.ReadUntilAsync([]));
        Assert.Throws<ArgumentException>(() => reader.ReadUntilAsync(Bytes("a"), Bytes("")));
        Assert.Throws<ArgumentNullException>(() => reader.ReadUntilAsync(Bytes("a"), (IBufferWriter<byte>)null!));
    }

    [Fact(Timeout = 30000)]
    public void ReadUntil_EndBeforeSeparator_ThrowsWithWhatIsLeft() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("some dataA");
        reader.FeedEof();
        var thrown = Assert.IsType<IncompleteReadException>(await Outcome.Of(reader.ReadUntilAsync(Bytes("AAA"))));
        Assert.Equal("some dataA", Text(thrown.Partial));
        Assert.Null(thrown.Expected);
        Assert.Contains("10 bytes read on a total of an unknown number of expected bytes", thrown.Message, StringComparison.Ordinal);
        Assert.True(reader.AtEof);
    });

    [Fact(Timeout = 30000)]
    public void ReadUntil_OverTheLimit_ThrowsAndKeepsTheBytes() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("some dataAA", limit: 3);
        var thrown = Assert.IsType<LimitOverrunException>(await Outcome.Of(reader.ReadUntilAsync(Bytes("AAA"))));
        Assert.Equal(9, thrown.Consumed);
        Assert.Contains("not found", thrown.Message, StringComparison.Ordinal);
        reader.FeedData(Bytes("A"));
        thrown = Assert.IsType<LimitOverrunException>(await Outcome.Of(reader.ReadUntilAsync(Bytes("AAA"))));
        Assert.Equal(9, thrown.Consumed);
        Assert.Contains("is found", thrown.Message, StringComparison.Ordinal);
        Assert.Equal("some dataAAA", Text(await reader.ReadExactlyAsync(12)));
    });

    [Fact(Timeout = 30000)]
    public void ReadUntil_SeparatorStartsAtTheLimit_IsFine() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("abcAAA", limit: 3);
        Assert.Equal("abcAAA", Text(await reader.ReadUntilAsync(Bytes("AAA"))));
    });

    [Fact(Timeout = 30000)]
    public void ReadUntil_SeveralSeparators_TheOneThatEndsFirstWins() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("line1\nline2\rline3\r\nXabcY");
        Assert.Equal("line1\n", Text(await reader.ReadUntilAsync(Bytes("\r\n"), Bytes("\n"), Bytes("\r"))));
        Assert.Equal("line2\r", Text(await reader.ReadUntilAsync(Bytes("\r\n"), Bytes("\n"), Bytes("\r"))));
        Assert.Equal("line3\r", Text(await reader.ReadUntilAsync(Bytes("\r\n"), Bytes("\r"))));
        Assert.Equal("\nXab", Text(await reader.ReadUntilAsync(Bytes("abcY"), Bytes("b"))));
        LoopTask<byte[]> read = Loop.CreateTask(reader.ReadUntilAsync(Bytes("cZ"), Bytes("cYY")).AsCoroutine());
        await LoopTask.Yield();
        reader.FeedData(Bytes("Y"));
        Assert.Equal("cYY", Text(await read));
    });

    [Fact(Timeout = 30000)]
    public void ReadUntil_SeveralSeparatorsOverTheLimit_CountsTheOneThatEndsFirst() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("some dataA", limit: 3);
        var thrown = Assert.IsType<LimitOverrunException>(await Outcome.Of(reader.ReadUntilAsync(Bytes("A"), Bytes("ome dataA"))));
        Assert.Equal(9, thrown.Consumed);
        thrown = Assert.IsType<LimitOverrunException>(await Outcome.Of(reader.ReadUntilAsync(Bytes("B"), Bytes("Bxx"))));
        Assert.Equal(8, thrown.Consumed);
    });

    [Fact(Timeout = 30000)]
    public void Lines_Iterated_GivesEachUntilTheEnd() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("one\ntwo\nthree");
        reader.FeedEof();
        var lines = new List<string>();
        await foreach (ReadOnlyMemory<byte> line in reader)
        {
            lines.Add(Text(line));
        }

        Assert.Equal(["one\n", "two\n", "three"], lines);
    });

    [Fact(Timeout = 30000)]
    public void Lines_IteratedByStrangers_GivesEachUntilTheEnd() => Run(async Coroutine () =>
    {
        LoopStreamReader reader = Reader("one\ntwo");
        Loop.CallSoon(reader.FeedEof);
        async Task<int> Count(IAsyncEnumerable<ReadOnlyMemory<byte>> lines)
        {
            int count = 0;
            await foreach (ReadOnlyMemory<byte> line in lines)
            {
                count += line.Length;
            }

            return count;
        }

        Assert.Equal(7, await Count(reader));
    });

    [Fact(Timeout = 30000)]
    public void FlowControl_BufferFillsAndDrains_PausesAboveTwiceTheLimitAndResumesAtIt()
    {
        MemoryPair pair = Connect(limit: 10);
        pair.FarTransport.ChunkSize = 4;
        pair.Far.Writer.Write(new byte[70]);
        RunTurns(20);
        Assert.Equal(24, pair.Near.Reader.Input.Length);
        Assert.Equal(1, pair.NearTransport.Pauses);
        Assert.EndsWith("paused>", pair.Near.Reader.ToString(), StringComparison.Ordinal);
        Run(async Coroutine () =>
        {
            await pair.Near.Reader.ReadAsync(13);
            Assert.False(pair.NearTransport.IsReading);
            await pair.Near.Reader.ReadAsync(1);
            Assert.True(pair.NearTransport.IsReading);
            Assert.Equal(56, (await pair.Near.Reader.ReadExactlyAsync(56)).Length);
        });
        Close(pair);
    }

    [Fact(Timeout = 30000)]
    public void FlowControl_WaitingWhilePaused_Resumes()
    {
        MemoryPair pair = Connect(limit: 10);
        pair.Far.Writer.Write(new byte[30]);
        RunTurns(20);
        Assert.False(pair.NearTransport.IsReading);
        Run(async Coroutine () =>
        {
            LoopTask<byte[]> read = Loop.CreateTask(pair.Near.Reader.ReadExactlyAsync(100).AsCoroutine());
            await LoopTask.Yield();
            Assert.True(pair.NearTransport.IsReading);
            pair.Far.Writer.Write(new byte[70]);
            Assert.Equal(100, (await read).Length);
        });
        Close(pair);
    }

    [Fact(Timeout = 30000)]
    public void FlowControl_TransportCannotPause_KeepsAll()
    {
        MemoryPair pair = Connect(limit: 10);
        pair.NearTransport.AllowsPause = false;
        pair.Far.Writer.Write(new byte[90]);
        RunTurns(20);
        Assert.Equal(90, pair.Near.Reader.Input.Length);
        Assert.DoesNotContain("transport", pair.Near.Reader.ToString(), StringComparison.Ordinal);
        Close(pair);
    }

    [Fact(Timeout = 30000)]
    public void FlowControl_PeerSendsMuchToASlowReader_KeepsToTheMarks()
    {
        MemoryPair pair = Connect();
        pair.FarTransport.SetWriteBufferLimits(high: 128 * 1024);
        byte[] chunk = new byte[64 * 1024];
#if DEBUG
        const int Chunks = 1024; // 64 MiB, in small segments.
#else
        const int Chunks = 16 * 1024; // 1 GiB.
#endif
        int largest = 0;
        Run(async Coroutine () =>
        {
            LoopTask sending = Loop.CreateTask(Send());
            byte[] room = new byte[8 * 1024 * 1024];
            for (long total = 0; total < (long)Chunks * chunk.Length; total += room.Length)
            {
                await LoopTask.Yield();
                largest = Math.Max(largest, pair.Near.Reader.Input.Length + pair.FarTransport.WriteBufferSize);
                Assert.Equal(room.Length, await pair.Near.Reader.ReadExactlyAsync(room));
            }

            await sending;
        });
        Assert.InRange(largest, 1, (2 * 64 * 1024) + (64 * 1024) + (128 * 1024) + (64 * 1024));
        Close(pair);

        async Coroutine Send()
        {
            for (int i = 0; i < Chunks; i++)
            {
                pair.Far.Writer.Write(chunk);
                await pair.Far.Writer.DrainAsync();
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void ToString_InEachState_ShowsItsParts()
    {
        Assert.Equal("<LoopStreamReader>", Reader().ToString());
        LoopStreamReader reader = Reader("data", limit: 123);
        Assert.Equal("<LoopStreamReader 4 bytes limit=123>", reader.ToString());
        reader.FeedEof();
        Assert.Equal("<LoopStreamReader 4 bytes eof limit=123>", reader.ToString());
        reader = Reader();
        Loop.CreateTask(reader.ReadLineAsync().AsCoroutine());
        RunTurns();
        Assert.Equal("<LoopStreamReader waiter=ReadLineAsync>", reader.ToString());
        reader.FeedEof();
        RunTurns(2);
        MemoryPair pair = Connect();
        Assert.Equal("<LoopStreamReader transport=<MemoryTransport>>", pair.Near.Reader.ToString());
        Assert.Equal("<LoopStreamWriter transport=<MemoryTransport> reader=<LoopStreamReader transport=<MemoryTransport>>>", pair.Near.ToString());
        Close(pair);
    }
}
