using Bridge.Net;
using Bridge.Selectors;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Tests.Processes;

/// <summary>Rows AD and AE on select, which watches sockets only: what needs a pipe is refused, and leaves nothing behind.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class SelectPipeTests() : ProcessTest(new SelectSelector())
{
    [Theory(Timeout = 30000)]
    [InlineData(true)]
    [InlineData(false)]
    public void Connect_Pipe_IsRefusedWithTheReasonAndClosed(bool reading)
    {
        (SafeFileHandle reader, SafeFileHandle writer) = TestPipes.Open();
        Run(async Coroutine () =>
        {
            PipeEvents? events = null;
            Exception? failure = reading
                ? await Outcome.Of(Loop.ConnectReadPipe(() => events = new PipeEvents(), reader))
                : await Outcome.Of(Loop.ConnectWritePipe(() => events = new PipeEvents(), writer));
            Assert.Contains("use PollSelector, or EpollSelector", Assert.IsType<PlatformNotSupportedException>(failure).Message, StringComparison.Ordinal);
            await events!.Lost;
            await LoopTask.Yield();
            Assert.True((reading ? reader : writer).IsClosed);
        });
        reader.Dispose();
        writer.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void Connect_SocketsInPlaceOfPipes_CarryData()
    {
        using var pair = new SocketPair();
        Run(async Coroutine () =>
        {
            (WritePipeTransport writer, PipeEvents written) = await Loop.ConnectWritePipe(() => new PipeEvents(), pair.Client.SafeHandle);
            (_, PipeEvents read) = await Loop.ConnectReadPipe(() => new PipeEvents(), pair.Server.SafeHandle);
            writer.Write(new byte[3_000_000]);
            writer.Close();
            Assert.Null(await read.Lost);
            Assert.Null(await written.Lost);
            Assert.Equal(3_000_000, read.Text.Length);
        });
    }

    [Fact(Timeout = 60000)]
    public void SubprocessExec_WithPipes_ThrowsAndLeavesNoChild()
    {
        Run(async Coroutine () =>
        {
            SubprocessEvents? events = null;
            Assert.IsType<PlatformNotSupportedException>(await Outcome.Of(Loop.SubprocessExec(() => events = new SubprocessEvents(), "cat", [])));
            await events!.Lost;
            Assert.Contains("exited", events.Log);

            // Without pipes there is nothing it could not do: a thread waits for the exit.
            var nothing = new ProcessOptions { StandardInput = Stdio.DevNull, StandardOutput = Stdio.DevNull, StandardError = Stdio.DevNull };
            (SubprocessTransport transport, events) = await Shell("exit 6", nothing);
            await events.Lost;
            Assert.Equal(6, transport.ReturnCode);
        });
    }
}
