using System.Runtime.InteropServices;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Processes;

/// <summary>Rows AE1 to AE3 and AF20.</summary>
[Collection(ProcessesCollection.Name)]
public abstract class SubprocessContract(ISelector selector) : ProcessTest(selector)
{
    [Fact(Timeout = 60000)]
    public void SubprocessExec_InputAndOutput_GoThroughPipes()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Exec("cat", []);
            Assert.Equal(["made"], events.Log);
            Assert.Null(transport.ReturnCode);
            Assert.Equal(transport.Id, transport.GetExtraInfo<int>(ExtraInfo.Subprocess));
            var input = (WritePipeTransport)transport.GetPipeTransport(0)!;
            input.Write("one "u8);
            await events.WaitForOutput("one ");
            input.Write("two"u8);
            await events.WaitForOutput("two");
            input.Close();
            Assert.Null(await events.Lost);
            Assert.Equal("one two", events.Output);
            Assert.Equal("", events.Error);
            Assert.Equal(0, transport.ReturnCode);
        });
    }

    [Fact(Timeout = 60000)]
    public void SubprocessExec_AllEvents_ComeOnceWithMadeFirstAndLostLast()
    {
        Run(async Coroutine () =>
        {
            (_, SubprocessEvents events) = await Shell("echo out; echo err >&2; exit 7");
            await events.Lost;
            Assert.Equal("made", events.Log[0]);
            Assert.Equal("lost", events.Log[^1]);
            Assert.Equal(["exited", "lost", "made", "pipe 0 lost", "pipe 1 lost", "pipe 2 lost"], events.Log.Order(StringComparer.Ordinal));
            Assert.Equal("out\n", events.Output);
            Assert.Equal("err\n", events.Error);
        });
    }

    [Theory(Timeout = 60000)]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -9 $$", -9)]
    [InlineData("kill -15 $$", -15)]
    public void ReturnCode_OfTheChild_IsItsCodeOrItsSignal(string command, int expected)
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell(command);
            await events.Lost;
            Assert.Equal(expected, transport.ReturnCode);
            Assert.False(Exists(transport.Id));
        });
    }

    [Fact(Timeout = 60000)]
    public void SendSignal_Terminate_Kill_ReachTheChild()
    {
        Run(async Coroutine () =>
        {
            // Not SIGHUP: where the tests run under nohup, they and their children ignore it.
            const int SigAlarm = 14;
            (SubprocessTransport alarmed, SubprocessEvents events) = await Exec("cat", []);
            alarmed.SendSignal((PosixSignal)SigAlarm);
            await events.Lost;
            Assert.Equal(-SigAlarm, alarmed.ReturnCode);
            (SubprocessTransport terminated, events) = await Exec("cat", []);
            terminated.Terminate();
            await events.Lost;
            Assert.Equal(-15, terminated.ReturnCode);
            (SubprocessTransport killed, events) = await Exec("cat", []);
            killed.Kill();
            await events.Lost;
            Assert.Equal(-9, killed.ReturnCode);
            Assert.Throws<ArgumentOutOfRangeException>(() => killed.SendSignal((PosixSignal)99));
        });
    }

    [Fact(Timeout = 60000)]
    public void SendSignal_AfterTheExit_Throws()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("exit 3");
            await events.Exited;
            Assert.Contains("has exited with 3", Assert.Throws<InvalidOperationException>(transport.Terminate).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => transport.Kill());
            Assert.Throws<InvalidOperationException>(() => transport.SendSignal(PosixSignal.SIGHUP));
            await events.Lost;
        });
    }

    [Fact(Timeout = 60000)]
    public void SendSignal_ChildHasEndedUnseen_IsNoError()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("exit 0");
            Assert.True(SpinWait.SpinUntil(() => !IsAlive(transport.Id), TimeSpan.FromSeconds(20)));
            Assert.Null(transport.ReturnCode);
            transport.Terminate();
            transport.Kill();
            await events.Lost;
            Assert.Equal(0, transport.ReturnCode);
        });
    }

    [Fact(Timeout = 60000)]
    public void Close_ChildRuns_KillsItAndTellsTheProtocol()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Exec("cat", []);
            Assert.Contains("running stdin=open stdout=open stderr=open", transport.ToString(), StringComparison.Ordinal);
            transport.Close();
            transport.Close();
            Assert.True(transport.IsClosing);
            Assert.Null(await events.Lost);
            Assert.Equal(-9, transport.ReturnCode);
            Assert.Contains("returncode=-9 stdin=closed stdout=closed stderr=closed", transport.ToString(), StringComparison.Ordinal);
            Assert.Equal("lost", events.Log[^1]);
            Assert.Contains("exited", events.Log);
        });
    }

    [Fact(Timeout = 60000)]
    public void Close_ChildHasExited_KeepsItsReturnCode()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("exit 4");
            await events.Exited;
            transport.Close();
            await events.Lost;
            Assert.Equal(4, transport.ReturnCode);
        });
    }

    [Fact(Timeout = 60000)]
    public void ProtocolThrows_OnData_IsReportedAndClosesThatPipe()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Exec("cat", []);
            events.On = what => { if (what == "data 1") { throw new FormatException("data"); } };
            var input = (WritePipeTransport)transport.GetPipeTransport(0)!;
            input.Write("x"u8);
            input.Close();
            await events.Lost;
            Assert.Contains("pipe 1 lost FormatException", events.Log);
            Assert.Equal("data", TakeReport().Exception!.Message);
        });
    }

    [Fact(Timeout = 60000)]
    public void Input_MoreThanThePipeHolds_PausesAndResumesTheChildsProtocol()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Exec("cat", [], new ProcessOptions { StandardOutput = Stdio.DevNull });
            Assert.Null(transport.GetPipeTransport(1));
            Assert.Throws<ArgumentOutOfRangeException>(() => transport.GetPipeTransport(3));
            Assert.Throws<ArgumentOutOfRangeException>(() => transport.GetPipeTransport(-1));
            var input = (WritePipeTransport)transport.GetPipeTransport(0)!;
            input.Write(new byte[1_000_000]);
            Assert.Equal(["made", "pause"], events.Log);
            input.Close();
            await events.Lost;
            Assert.Equal(["made", "pause", "resume"], events.Log[..3]);
            Assert.Equal(0, transport.ReturnCode);
        });
    }

    [Fact(Timeout = 60000)]
    public void Output_PausedByItsTransport_IsNotLost()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Shell("head -c 500000 /dev/zero");
            var output = (ReadPipeTransport)transport.GetPipeTransport(1)!;
            events.On = what =>
            {
                if (what == "data 1" && output.IsReading)
                {
                    output.PauseReading();
                    Loop.CallSoon(() => Loop.CallSoon(output.ResumeReading));
                }
            };
            await events.Lost;
            Assert.Equal(500_000, events.Output.Length);
        });
    }

    [Fact(Timeout = 60000)]
    public void Protocol_SetToAnother_HearsTheRest()
    {
        Run(async Coroutine () =>
        {
            (SubprocessTransport transport, SubprocessEvents events) = await Exec("cat", []);
            Assert.Same(events, transport.Protocol);
            var other = new SubprocessEvents();
            transport.Protocol = other;
            Assert.Throws<ArgumentException>(() => transport.Protocol = new PipeEvents());
            transport.Close();
            await other.Lost;
            Assert.Equal(["made"], events.Log);
        });
    }

    [Fact(Timeout = 60000)]
    public void SubprocessExec_CancelledWhileStarting_LeavesNoChild()
    {
        Run(async Coroutine () =>
        {
            SubprocessEvents? events = null;
            LoopTask<(SubprocessTransport, SubprocessEvents)> task = Loop.CreateTask(Loop.SubprocessExec(() => events = new SubprocessEvents(), "cat", []));
            await LoopTask.Yield();
            task.Cancel();
            Assert.IsType<LoopCanceledException>(await Outcome.Of(task));
            await events!.Lost;
            Assert.Contains("exited", events.Log);
        });
    }

    [Fact]
    public void SubprocessExec_BadArguments_ThrowAtTheCall()
    {
        Func<SubprocessEvents> factory = () => new SubprocessEvents();
        Assert.Throws<ArgumentNullException>(() => Loop.SubprocessExec<SubprocessEvents>(null!, "cat", []));
        Assert.Throws<ArgumentNullException>(() => Loop.SubprocessExec(factory, null!, []));
        Assert.Throws<ArgumentException>(() => Loop.SubprocessExec(factory, "", []));
        Assert.Throws<ArgumentNullException>(() => Loop.SubprocessExec(factory, "cat", null!));
        Assert.Throws<ArgumentNullException>(() => Loop.SubprocessExec(factory, "cat", [null!]));
        Assert.Contains("\"a\\0b\"", Assert.Throws<ArgumentException>(() => Loop.SubprocessExec(factory, "cat", ["a\0b"])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Loop.SubprocessShell(factory, ""));
        Assert.Throws<ArgumentException>(() => Loop.SubprocessShell(factory, "true", new ProcessOptions { NewSession = true, ProcessGroup = 0 }));
        Assert.Throws<ArgumentException>(() => Loop.SubprocessShell(factory, "true", new ProcessOptions { StandardOutput = Stdio.StdOut }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.SubprocessShell(factory, "true", new ProcessOptions { ProcessGroup = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.SubprocessShell(factory, "true", new ProcessOptions { DrainTime = TimeSpan.FromSeconds(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.SubprocessShell(factory, "true", new ProcessOptions { StreamLimit = 0 }));
        Assert.Throws<ArgumentException>(() => Loop.SubprocessShell(factory, "true", new ProcessOptions { Environment = new Dictionary<string, string> { ["a=b"] = "c" } }));
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.SubprocessExec(factory, "cat", []));
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollSubprocessTests() : SubprocessContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollSubprocessTests() : SubprocessContract(new PollSelector());
