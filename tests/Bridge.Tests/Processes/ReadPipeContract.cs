using System.Runtime.InteropServices;
using System.Text;
using Bridge.Net;
using Bridge.Selectors;
using Bridge.TestKit;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Tests.Processes;

/// <summary>Rows AD1 and AD2.</summary>
[Collection(ProcessesCollection.Name)]
public abstract class ReadPipeContract : LoopTest
{
    private readonly SafeFileHandle _reader;
    private readonly SafeFileHandle _writer;

    protected ReadPipeContract(ISelector selector)
        : base(selector: selector)
        => (_reader, _writer) = TestPipes.Open();

    [Fact(Timeout = 30000)]
    public void ConnectReadPipe_DataAndEnd_AreToldInOrder()
    {
        Run(async Coroutine () =>
        {
            (ReadPipeTransport transport, PipeEvents events) = await Loop.ConnectReadPipe(() => new PipeEvents(), _reader);
            Assert.Equal(["made"], events.Log);
            Assert.True(transport.IsReading);
            Assert.Same(_reader, transport.GetExtraInfo<SafeHandle>(ExtraInfo.Pipe));
            Assert.True(TestPipes.IsNonBlocking(_reader));
            TestPipes.Write(_writer, "1");
            TestPipes.Write(_writer, "2345");
            _writer.Dispose();
            Assert.Null(await events.Lost);
            Assert.Equal(["made", "data", "eof", "lost"], events.Log);
            Assert.Equal("12345", events.Text);
            await LoopTask.Yield();
            Assert.True(transport.IsClosing);
            Assert.False(transport.IsReading);
            Assert.True(_reader.IsClosed);
        });
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_LargeData_ArrivesWhole()
    {
        string text = new('x', 50_000);
        Run(async Coroutine () =>
        {
            (_, PipeEvents events) = await Loop.ConnectReadPipe(() => new PipeEvents(), _reader);
            Thread thread = OtherThread.Start(() =>
            {
                for (int i = 0; i < 20; i++)
                {
                    TestPipes.Write(_writer, text);
                }

                _writer.Dispose();
            });
            await events.Lost;
            thread.Join();
            Assert.Equal(1_000_000, events.Received);
        });
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_EofAndLoss_AreCallbacksOfTheirOwn()
    {
        Run(async Coroutine () =>
        {
            (_, PipeEvents events) = await Loop.ConnectReadPipe(() => new PipeEvents { On = what => { if (what == "eof") { throw new FormatException("eof"); } } }, _reader);
            _writer.Dispose();
            Assert.Null(await events.Lost);
        });
        Assert.Equal("eof", TakeReport().Exception!.Message);
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_PausedInConnectionMade_ReadsNothingUntilResumed()
    {
        TestPipes.Write(_writer, "early");
        Run(async Coroutine () =>
        {
            (ReadPipeTransport transport, PipeEvents events) = await Loop.ConnectReadPipe(
                () => { PipeEvents? made = null; made = new PipeEvents { On = what => { if (what == "made") { ((ReadPipeTransport)made!.Transport!).PauseReading(); } } }; return made; }, _reader);
            await LoopTask.Yield();
            await LoopTask.Yield();
            Assert.False(transport.IsReading);
            Assert.Equal(0, events.Received);
            transport.PauseReading();
            transport.ResumeReading();
            transport.ResumeReading();
            Assert.True(transport.IsReading);
            _writer.Dispose();
            await events.Lost;
            Assert.Equal("early", events.Text);
            transport.PauseReading();
            transport.ResumeReading();
            Assert.False(transport.IsReading);
        });
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_PausedWithTheCallQueued_ReadsNothing()
    {
        Run(async Coroutine () =>
        {
            (ReadPipeTransport transport, PipeEvents events) = await Loop.ConnectReadPipe(() => new PipeEvents(), _reader);
            TestPipes.Write(_writer, "x");
            Loop.CallSoon(transport.PauseReading);
            await LoopTask.Yield();
            await LoopTask.Yield();
            Assert.Equal(0, events.Received);
            transport.Close();
            transport.Close();
            Assert.True(transport.IsClosing);
            Assert.DoesNotContain("lost", events.Log);
            Assert.Null(await events.Lost);
        });
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_ProtocolThrows_IsReportedAndCloses()
    {
        Run(async Coroutine () =>
        {
            (ReadPipeTransport transport, PipeEvents events) = await Loop.ConnectReadPipe(() => new PipeEvents { On = what => { if (what == "data") { throw new FormatException("data"); } } }, _reader);
            TestPipes.Write(_writer, "x");
            Assert.Equal("data", (await events.Lost)!.Message);
            LoopErrorContext report = TakeReport();
            Assert.Equal("data", report.Exception!.Message);
            Assert.Same(transport, report.Transport);
            Assert.Same(events, report.Protocol);
        });
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_ReadFails_IsReportedAndLosesTheConnection()
    {
        Run(async Coroutine () =>
        {
            // The writing end cannot be read, and is found readable once the other one is gone.
            (_, PipeEvents events) = await Loop.ConnectReadPipe(() => new PipeEvents(), _writer);
            _reader.Dispose();
            Assert.Equal(9, Assert.IsType<IOException>(await events.Lost).HResult);
            Assert.Equal("Fatal read error on pipe transport", TakeReport().Message);
        });
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_BufferedProtocol_IsReadInto()
    {
        Run(async Coroutine () =>
        {
            (_, Buffered buffered) = await Loop.ConnectReadPipe(() => new Buffered(3), _reader);
            TestPipes.Write(_writer, "abcdefgh");
            _writer.Dispose();
            Assert.Equal("abc|def|gh|eof", await buffered.Lost);
        });
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_EmptyBufferFromTheProtocol_IsAnError()
    {
        Run(async Coroutine () =>
        {
            (_, Buffered buffered) = await Loop.ConnectReadPipe(() => new Buffered(0), _reader);
            TestPipes.Write(_writer, "x");
            await buffered.Lost;
            Assert.Contains("empty buffer", TakeReport().Exception!.Message, StringComparison.Ordinal);
        });
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_ProtocolOfTheOtherKindSet_TakesEffectWithTheNextRead()
    {
        Run(async Coroutine () =>
        {
            (ReadPipeTransport transport, PipeEvents events) = await Loop.ConnectReadPipe(() => new PipeEvents(), _reader);
            var buffered = new Buffered(10);
            transport.Protocol = buffered;
            Assert.Same(buffered, transport.Protocol);
            Assert.Throws<ArgumentException>(() => transport.Protocol = new Datagrams());
            TestPipes.Write(_writer, "x");
            _writer.Dispose();
            Assert.Equal("x|eof", await buffered.Lost);
            Assert.Equal(0, events.Received);
        });
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_EndWhenEmpty_ReadsAllThatWasWrittenAlthoughTheWriterLives()
    {
        Run(async Coroutine () =>
        {
            (ReadPipeTransport transport, PipeEvents events) = await Loop.ConnectReadPipe(() => new PipeEvents(), _reader);
            transport.PauseReading();
            TestPipes.Write(_writer, "all of it");
            transport.EndWhenEmpty();
            await LoopTask.Yield();
            await LoopTask.Yield();
            Assert.Equal(0, events.Received);
            transport.ResumeReading();
            Assert.Null(await events.Lost);
            Assert.Equal(["made", "data", "eof", "lost"], events.Log);
            Assert.Equal("all of it", events.Text);
        });
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_EndWhenEmptyWithAWriterThatNeverRests_EndsAfterWhatThePipeCanHold()
    {
        Run(async Coroutine () =>
        {
            SafeFileHandle writer = _writer;
            string text = new('x', 4096);
            (ReadPipeTransport transport, PipeEvents events) = await Loop.ConnectReadPipe(
                () => new PipeEvents { On = what => { if (what == "data") { TestPipes.Write(writer, text); } } }, _reader);
            TestPipes.Write(_writer, text);
            transport.EndWhenEmpty();
            Assert.Null(await events.Lost);
            Assert.Equal(1024 * 1024, events.Received);
        });
    }

    [Fact(Timeout = 30000)]
    public void ReadPipe_Terminal_EndsQuietlyWhenTheOtherSideIsClosed()
    {
        (SafeFileHandle master, SafeFileHandle slave) = TestPipes.OpenTerminal();
        Run(async Coroutine () =>
        {
            (_, PipeEvents events) = await Loop.ConnectReadPipe(() => new PipeEvents(), master);
            TestPipes.Write(slave, "hello");
            slave.Dispose();
            Assert.Equal(5, Assert.IsType<IOException>(await events.Lost).HResult);
            Assert.Equal("hello", events.Text);
        });
    }

    [Fact(Timeout = 30000)]
    public void Connect_BothDirectionsOverOneTerminal_AreIndependent()
    {
        (SafeFileHandle master, SafeFileHandle slave) = TestPipes.OpenTerminal();
        Run(async Coroutine () =>
        {
            (WritePipeTransport writing, PipeEvents written) = await Loop.ConnectWritePipe(() => new PipeEvents(), slave);
            (ReadPipeTransport reading, PipeEvents read) = await Loop.ConnectReadPipe(() => new PipeEvents(), slave);
            Assert.Contains("used by transport", (await Outcome.Of(Loop.ConnectReadPipe(() => new PipeEvents(), slave)))!.Message, StringComparison.Ordinal);
            writing.Write("out"u8);
            Assert.Equal("out", TestPipes.Read(master));
            writing.Close();
            Assert.Null(await written.Lost);
            await LoopTask.Yield();
            Assert.False(slave.IsClosed);
            TestPipes.Write(master, "in");
            while (read.Received < 2)
            {
                await LoopTask.Yield();
            }

            reading.Close();
            Assert.Null(await read.Lost);
            await LoopTask.Yield();
            Assert.True(slave.IsClosed);
        });
        master.Dispose();
    }

    [Fact]
    public void ConnectReadPipe_NotAPipe_ThrowsAtTheCallNamingIt()
    {
        string path = Path.GetTempFileName();
        using (SafeFileHandle file = File.OpenHandle(path))
        {
            Assert.Contains("regular file", Assert.Throws<ArgumentException>(() => Loop.ConnectReadPipe(() => new PipeEvents(), file)).Message, StringComparison.Ordinal);
            Assert.Contains("regular file", Assert.Throws<ArgumentException>(() => Loop.ConnectWritePipe(() => new PipeEvents(), file)).Message, StringComparison.Ordinal);
            Assert.False(file.IsClosed);
        }

        File.Delete(path);
        Assert.Throws<ArgumentNullException>(() => Loop.ConnectReadPipe(() => new PipeEvents(), null!));
        Assert.Throws<ArgumentNullException>(() => Loop.ConnectReadPipe((Func<PipeEvents>)null!, _reader));
        _reader.Dispose();
        Assert.Throws<ArgumentException>(() => Loop.ConnectReadPipe(() => new PipeEvents(), _reader));
        Assert.Throws<ArgumentException>(() => Loop.ConnectWritePipe(() => new PipeEvents(), _reader));
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.ConnectReadPipe(() => new PipeEvents(), _writer));
    }

    [Fact(Timeout = 30000)]
    public void ConnectReadPipe_SystemRefusesToWatch_ThrowsAndClosesTheHandle()
    {
        Assert.SkipUnless(Selector.Name == "epoll", "poll watches any file.");
        using SafeFileHandle device = File.OpenHandle("/dev/null");
        Run(async Coroutine () =>
        {
            PipeEvents? events = null;
            Assert.IsAssignableFrom<IOException>(await Outcome.Of(Loop.ConnectReadPipe(() => events = new PipeEvents(), device)));
            Assert.IsAssignableFrom<IOException>(await events!.Lost);
            await LoopTask.Yield();
            Assert.True(device.IsClosed);
        });
    }

    [Fact(Timeout = 30000)]
    public void ConnectReadPipe_WithAReaderOnTheHandle_Throws()
    {
        Run(async Coroutine () =>
        {
            Loop.AddReader(_reader, () => { });
            Assert.IsType<InvalidOperationException>(await Outcome.Of(Loop.ConnectReadPipe(() => new PipeEvents(), _reader)));
            Loop.RemoveReader(_reader);
            (ReadPipeTransport transport, PipeEvents events) = await Loop.ConnectReadPipe(() => new PipeEvents(), _reader);
            Assert.Contains(transport.ToString(), Assert.Throws<InvalidOperationException>(() => Loop.AddReader(_reader, () => { })).Message, StringComparison.Ordinal);
            transport.Close();
            await events.Lost;
        });
    }

    [Fact(Timeout = 30000)]
    public void ConnectReadPipe_Cancelled_ClosesTheTransport()
    {
        Run(async Coroutine () =>
        {
            PipeEvents? events = null;
            LoopTask<(ReadPipeTransport, PipeEvents)> task = Loop.CreateTask(Loop.ConnectReadPipe(() => events = new PipeEvents(), _reader));
            await LoopTask.Yield();
            task.Cancel();
            Assert.IsType<LoopCanceledException>(await Outcome.Of(task));
            Assert.Null(await events!.Lost);
            await LoopTask.Yield();
            Assert.True(_reader.IsClosed);
        });
    }

    [Fact(Timeout = 30000)]
    public void Close_LoopWithOpenPipes_ClosesThemAndReportsEach()
    {
        Run(async Coroutine () =>
        {
            await Loop.ConnectReadPipe(() => new PipeEvents(), _reader);
            await Loop.ConnectWritePipe(() => new PipeEvents(), _writer);
        });
        Loop.Close();
        Assert.True(_reader.IsClosed);
        Assert.True(_writer.IsClosed);
        Assert.Equal(2, Reports.Count);
        Assert.All(Reports, report => Assert.StartsWith("unclosed transport <", report.Message, StringComparison.Ordinal));
        Reports.Clear();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _reader.Dispose();
        _writer.Dispose();
    }

    private sealed class Buffered(int size) : BufferedProtocol
    {
        private readonly byte[] _buffer = new byte[size];
        private readonly StringBuilder _text = new();

        internal LoopFuture<string> Lost { get; } = EventLoop.Running.CreateFuture<string>();

        public override Memory<byte> GetBuffer(int sizeHint) => _buffer;

        public override void BufferUpdated(int count) => _text.Append(Encoding.Latin1.GetString(_buffer, 0, count)).Append('|');

        public override bool EofReceived()
        {
            _text.Append("eof");
            return false;
        }

        public override void ConnectionLost(Exception? exception) => Lost.TrySetResult(_text.ToString());
    }

    private sealed class Datagrams : DatagramProtocol;
}

/// <summary>On epoll.</summary>
public sealed class EpollReadPipeTests() : ReadPipeContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollReadPipeTests() : ReadPipeContract(new PollSelector())
{
    [Fact(Timeout = 30000)]
    public void ConnectReadPipe_DeviceThatOnlyPollWatches_IsRead()
    {
        using SafeFileHandle device = File.OpenHandle("/dev/null");
        Run(async Coroutine () =>
        {
            (_, PipeEvents events) = await Loop.ConnectReadPipe(() => new PipeEvents(), device);
            Assert.Null(await events.Lost);
            Assert.Equal(["made", "eof", "lost"], events.Log);
        });
    }
}
