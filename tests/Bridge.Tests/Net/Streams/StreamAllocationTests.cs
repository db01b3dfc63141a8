using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Reflection;
using System.Runtime.CompilerServices;
using Bridge.Net;

namespace Bridge.Tests.Net.Streams;

/// <summary>What reads and writes allocate once they are warm, and what an idle stream costs.</summary>
[Collection(nameof(MemoryCollection))]
public sealed class StreamAllocationTests : StreamTest
{
    private const int Rounds = 2000;
    private static readonly byte[] s_line = Bytes("a line of a request\n");

    /// <summary>Less than a byte per round: one object for all rounds is the coroutine that makes them.</summary>
    private const long Nothing = Rounds - 1;

    [Fact(Timeout = 30000)]
    public void Reads_InSteadyState_AllocateNothing()
    {
        SkipUnlessOptimized();
        LoopStreamReader reader = Reader();
        Action feed = () => reader.FeedData(s_line);
        byte[] room = new byte[s_line.Length];
        var buffer = new ArrayBufferWriter<byte>(64);
        var newLine = new ReadOnlyMemory<byte>(Bytes("\n"));
        Assert.InRange(Measure(async Coroutine () =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                Loop.CallSoon(feed);
                await reader.ReadAsync(room);
            }
        }), 0, Nothing);
        Assert.InRange(Measure(async Coroutine () =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                Loop.CallSoon(feed);
                await reader.ReadExactlyAsync(room);
            }
        }), 0, Nothing);
        Assert.InRange(Measure(async Coroutine () =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                Loop.CallSoon(feed);
                buffer.ResetWrittenCount();
                await reader.ReadLineAsync(buffer);
            }
        }), 0, Nothing);
        Assert.InRange(Measure(async Coroutine () =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                Loop.CallSoon(feed);
                buffer.ResetWrittenCount();
                await reader.ReadUntilAsync(newLine, buffer);
            }
        }), 0, Nothing);
    }

    [Fact(Timeout = 30000)]
    public void ReadsAsPipeAndStream_InSteadyState_AllocateNothing()
    {
        SkipUnlessOptimized();
        LoopStreamReader reader = Reader();
        Action feed = () => reader.FeedData(s_line);
        using var source = new CancellationTokenSource();
        using Stream stream = reader.AsStream(leaveOpen: true);
        Memory<byte> room = new byte[s_line.Length];
        long total = 0;
        foreach (CancellationToken token in new[] { CancellationToken.None, source.Token })
        {
            Assert.InRange(Measure(async Coroutine () =>
            {
                for (int i = 0; i < Rounds; i++)
                {
                    Loop.CallSoon(feed);
                    ReadResult result = await reader.ReadAsync(token);
                    reader.AdvanceTo(result.Buffer.End);
                }
            }), 0, Nothing);
            Assert.InRange(Measure(async Coroutine () =>
            {
                for (int i = 0; i < Rounds; i++)
                {
                    Loop.CallSoon(feed);
                    total += await stream.ReadAsync(room, token);
                }
            }), 0, Nothing);
        }

        Assert.Equal(2 * 3 * Rounds * room.Length, total);
    }

    [Fact(Timeout = 30000)]
    public void WriteAndDrain_InSteadyState_AllocateNothing()
    {
        SkipUnlessOptimized();
        var sink = new SinkTransport(Loop);
        LoopStreamWriter writer = Idle(sink).Writer;
        Assert.InRange(Measure(async Coroutine () =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                writer.Write(s_line);
                await writer.DrainAsync();
            }
        }), 0, Nothing);
        Assert.InRange(Measure(async Coroutine () =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                writer.Write(s_line);
                writer.Write(s_line);
                writer.Write(s_line);
                await writer.DrainAsync();
                await LoopTask.Yield();
            }
        }), 0, Nothing);
        Assert.InRange(Measure(async Coroutine () =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                s_line.CopyTo(writer.GetSpan(s_line.Length));
                writer.Advance(s_line.Length);
                await writer.FlushAsync();
            }
        }), 0, Nothing);
        Assert.True(sink.Bytes > 3 * Rounds * s_line.Length);
        writer.Close();
    }

    [Fact(Timeout = 30000)]
    public void IdleStream_CostsAtMost360Bytes()
    {
        const int Streams = 2000;
        SinkTransport[] sinks = [.. Enumerable.Range(0, Streams).Select(_ => new SinkTransport(Loop))];
        var streams = new LoopStream[Streams];
        RunTurns();
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < Streams; i++)
        {
            streams[i] = Idle(sinks[i]);
        }

        long each = (GC.GetTotalMemory(true) - before) / Streams;
        GC.KeepAlive(sinks);
        foreach (LoopStream stream in streams)
        {
            stream.Writer.Close();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{each} bytes");
        Assert.InRange(each, 100, 360);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private LoopStream Idle(SinkTransport sink)
    {
        var protocol = new StreamProtocol(Loop, LoopStreamReader.DefaultLimit);
        protocol.ConnectionMade(sink);
        var stream = new LoopStream(protocol);

        // Something came and was read: the buffer is gone again.
        stream.Reader.FeedData(s_line);
        stream.Reader.TryRead(out ReadResult result);
        stream.Reader.AdvanceTo(result.Buffer.End);
        return stream;
    }

    /// <summary>What the last of three goes allocates, the others having warmed everything up.</summary>
    private long Measure(Func<Coroutine> rounds)
    {
        long bytes = -1;
        Run(async Coroutine () =>
        {
            for (int warm = 0; warm < 3; warm++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                await rounds();
                bytes = GC.GetAllocatedBytesForCurrentThread() - before;
                Selector.Waits.Clear();
            }
        });
        return bytes;
    }

    internal static void SkipUnlessOptimized() => Assert.SkipWhen(
        typeof(EventLoop).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true },
        "Unoptimized code boxes awaiters for type tests that vanish otherwise.");
}

/// <summary>Swallows what is written.</summary>
internal sealed class SinkTransport(EventLoop loop) : Transport(loop)
{
    private bool _isClosing;

    internal long Bytes { get; private set; }

    public override bool IsClosing => _isClosing;

    public override bool IsReading => true;

    public override int WriteBufferSize => 0;

    public override (int Low, int High) WriteBufferLimits => (0, 0);

    public override bool CanWriteEof => false;

    public override BaseProtocol Protocol { get; set; } = null!;

    public override void PauseReading()
    {
    }

    public override void ResumeReading()
    {
    }

    public override void Write(ReadOnlySpan<byte> data) => Bytes += data.Length;

    public override void Write(in ReadOnlySequence<byte> data) => Bytes += data.Length;

    public override void WriteLines(IEnumerable<ReadOnlyMemory<byte>> buffers) => Bytes += buffers.Sum(buffer => buffer.Length);

    public override void WriteEof()
    {
    }

    public override void SetWriteBufferLimits(int? high = null, int? low = null)
    {
    }

    public override void Close() => _isClosing = true;

    public override void Abort() => _isClosing = true;
}
