using System.Buffers;
using System.Text;
using Bridge.Net;
using Bridge.Selectors;
using Bridge.TestKit;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Tests.Processes;

/// <summary>Rows AD1 and AD3.</summary>
[Collection(ProcessesCollection.Name)]
public abstract class WritePipeContract : LoopTest
{
    private readonly SafeFileHandle _reader;
    private readonly SafeFileHandle _writer;

    protected WritePipeContract(ISelector selector)
        : base(selector: selector)
        => (_reader, _writer) = TestPipes.Open();

    [Fact(Timeout = 30000)]
    public void Write_WithRoom_GoesOutAtOnce()
    {
        Run(async Coroutine () =>
        {
            (WritePipeTransport transport, PipeEvents events) = await Loop.ConnectWritePipe(() => new PipeEvents(), _writer);
            Assert.True(transport.CanWriteEof);
            transport.Write("hello"u8);
            transport.Write(default);
            Assert.Equal("hello", TestPipes.Read(_reader));
            Assert.Equal(0, transport.WriteBufferSize);
            transport.Close();
            Assert.Equal(["made"], events.Log);
            Assert.Null(await events.Lost);
            await LoopTask.Yield();
            Assert.True(_writer.IsClosed);
            Assert.Equal("", TestPipes.Read(_reader));
        });
    }

    [Fact(Timeout = 30000)]
    public void Write_MoreThanThePipeHolds_BuffersPausesAndResumes()
    {
        byte[] data = new byte[1_000_000];
        Random.Shared.NextBytes(data);
        Run(async Coroutine () =>
        {
            (WritePipeTransport transport, PipeEvents events) = await Loop.ConnectWritePipe(() => new PipeEvents(), _writer);
            transport.Write(data);
            Assert.Equal(["made", "pause"], events.Log);
            Assert.InRange(transport.WriteBufferSize, 1, data.Length - 1);
            transport.Close();
            transport.WriteEof();
            var read = new StringBuilder();
            Thread thread = OtherThread.Start(() =>
            {
                for (string piece = TestPipes.Read(_reader); piece.Length > 0; piece = TestPipes.Read(_reader))
                {
                    read.Append(piece);
                }
            });
            Assert.Null(await events.Lost);
            await LoopTask.Yield();
            thread.Join();
            Assert.Equal(data, Encoding.Latin1.GetBytes(read.ToString()));
            Assert.Equal(["made", "pause", "resume", "lost"], events.Log);
        });
    }

    [Fact(Timeout = 30000)]
    public void Write_SeveralPieces_KeepTheirOrderAndGoOutTogether()
    {
        Run(async Coroutine () =>
        {
            (WritePipeTransport transport, PipeEvents events) = await Loop.ConnectWritePipe(() => new PipeEvents(), _writer);
            transport.WriteLines([Bytes("a"), Bytes(""), Bytes("bc")]);
            Assert.Equal("abc", TestPipes.Read(_reader));
            transport.WriteLines([]);
            var last = new Piece(Bytes("one "), null);
            var first = last;
            last = last.Append(Bytes("two "));
            last = last.Append(Bytes("three"));
            transport.Write(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length));
            Assert.Equal("one two three", TestPipes.Read(_reader));
            transport.Write(new ReadOnlySequence<byte>(Bytes(" four")));
            Assert.Equal(" four", TestPipes.Read(_reader));
            transport.Close();
            await events.Lost;
        });
    }

    [Fact(Timeout = 30000)]
    public void PeerCloses_NothingWaits_IsLostInGoodOrder()
    {
        Run(async Coroutine () =>
        {
            (WritePipeTransport transport, PipeEvents events) = await Loop.ConnectWritePipe(() => new PipeEvents(), _writer);
            _reader.Dispose();
            Assert.Null(await events.Lost);
            Assert.True(transport.IsClosing);
        });
    }

    [Fact(Timeout = 30000)]
    public void PeerCloses_DataWaits_IsLostWithBrokenPipe()
    {
        Run(async Coroutine () =>
        {
            (WritePipeTransport transport, PipeEvents events) = await Loop.ConnectWritePipe(() => new PipeEvents(), _writer);
            transport.Write(new byte[200_000]);
            _reader.Dispose();
            Assert.Equal(32, Assert.IsType<IOException>(await events.Lost).HResult);
            Assert.Equal(0, transport.WriteBufferSize);
        });
    }

    [Fact(Timeout = 30000)]
    public void Write_ToAClosedPipe_IsLostWithTheErrorAndReportsNothing()
    {
        Run(async Coroutine () =>
        {
            (WritePipeTransport transport, PipeEvents events) = await Loop.ConnectWritePipe(() => new PipeEvents(), _writer);
            _reader.Dispose();
            transport.Write("x"u8);
            Assert.True(transport.IsClosing);
            Assert.Equal(32, Assert.IsType<IOException>(await events.Lost).HResult);
        });
    }

    [Fact(Timeout = 30000)]
    public void Write_AfterTheLoss_IsDroppedWithAWarningFromTheFifthOn()
    {
        var logger = new RecordingLogger();
        using var loop = new SelectorEventLoop(Selector.Another(), new EventLoopOptions { Logger = logger });
        loop.RunUntilComplete(Body());

        async Coroutine Body()
        {
            (WritePipeTransport transport, PipeEvents events) = await loop.ConnectWritePipe(() => new PipeEvents(), _writer);
            transport.Close();
            await events.Lost;
            for (int i = 0; i < 4; i++)
            {
                transport.Write("x"u8);
            }

            Assert.Empty(logger.Records);
            transport.WriteLines([Bytes("x")]);
            Assert.Contains("5 writes", Assert.Single(logger.Records).Text, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 30000)]
    public void Abort_DataWaits_DropsIt()
    {
        Run(async Coroutine () =>
        {
            (WritePipeTransport transport, PipeEvents events) = await Loop.ConnectWritePipe(() => new PipeEvents(), _writer);
            transport.Write(new byte[200_000]);
            transport.Close();
            transport.Abort();
            transport.Abort();
            Assert.Equal(0, transport.WriteBufferSize);
            Assert.Null(await events.Lost);
            await LoopTask.Yield();
            Assert.True(_writer.IsClosed);
        });
    }

    [Fact(Timeout = 30000)]
    public void SetWriteBufferLimits_BelowWhatWaits_PausesAtOnce()
    {
        Run(async Coroutine () =>
        {
            (WritePipeTransport transport, PipeEvents events) = await Loop.ConnectWritePipe(() => new PipeEvents(), _writer);
            Assert.Equal((16 * 1024, 64 * 1024), transport.WriteBufferLimits);
            transport.SetWriteBufferLimits(high: 1_000_000);
            transport.Write(new byte[200_000]);
            Assert.Equal(["made"], events.Log);
            transport.SetWriteBufferLimits(high: 0);
            Assert.Equal(["made", "pause"], events.Log);
            Assert.Throws<ArgumentOutOfRangeException>(() => transport.SetWriteBufferLimits(high: 1, low: 2));
            transport.Abort();
            await events.Lost;
        });
    }

    [Fact(Timeout = 30000)]
    public void WritePipe_OverASocketThatTheOtherSideWritesTo_StaysOpen()
    {
        using var pair = new SocketPair();
        Run(async Coroutine () =>
        {
            (WritePipeTransport transport, PipeEvents events) = await Loop.ConnectWritePipe(() => new PipeEvents(), pair.Server.SafeHandle);
            pair.WriteToServer();
            await LoopTask.Yield();
            await LoopTask.Yield();
            await LoopTask.Yield();
            Assert.False(transport.IsClosing);
            transport.Close();
            Assert.Null(await events.Lost);
        });
    }

    [Fact(Timeout = 30000)]
    public void WritePipe_OverASocket_CloseDeliversWhatWasWritten()
    {
        using var pair = new SocketPair();
        Run(async Coroutine () =>
        {
            (WritePipeTransport transport, PipeEvents events) = await Loop.ConnectWritePipe(() => new PipeEvents(), pair.Client.SafeHandle);
            transport.Write(new byte[3_000_000]);
            transport.Close();
            int received = 0;
            var buffer = new byte[100_000];
            while (await Loop.SockReceive(pair.Server, buffer) is > 0 and var count)
            {
                received += count;
            }

            Assert.Equal(3_000_000, received);
            Assert.Null(await events.Lost);
        });
    }

    [Fact(Timeout = 30000)]
    public void WritePipe_OverASocketWhosePeerCloses_IsLost()
    {
        using var pair = new SocketPair();
        Run(async Coroutine () =>
        {
            (_, PipeEvents events) = await Loop.ConnectWritePipe(() => new PipeEvents(), pair.Server.SafeHandle);
            pair.Client.Dispose();
            Assert.Null(await events.Lost);
        });
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _reader.Dispose();
        _writer.Dispose();
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        internal Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            RunningIndex = before is null ? 0 : before.RunningIndex + before.Memory.Length;
        }

        internal Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, this);
            Next = next;
            return next;
        }
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollWritePipeTests() : WritePipeContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollWritePipeTests() : WritePipeContract(new PollSelector());
