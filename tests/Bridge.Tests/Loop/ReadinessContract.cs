using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Rows E9, X4 to X6.</summary>
public abstract class ReadinessContract(ISelector selector) : LoopTest(selector: selector)
{
    private readonly SocketPair _pair = new();

    [Fact(Timeout = 30000)]
    public void AddReader_WhileReadable_IsCalledEveryTurn()
    {
        int calls = 0;
        Loop.AddReader(_pair.Server, () => calls++);
        RunTurns(2);
        Assert.Equal(0, calls);
        _pair.WriteToServer();
        RunTurns(2);
        Assert.Equal(2, calls);
        _pair.ReadAll();
        RunTurns(2);
        Assert.Equal(2, calls);
        Assert.True(Loop.RemoveReader(_pair.Server));
    }

    [Fact(Timeout = 30000)]
    public void AddReader_Again_ReplacesTheCallbackAndKeepsTheWriter()
    {
        var calls = new List<string>();
        _pair.WriteToServer();
        Loop.AddReader(_pair.Server, () => calls.Add("old"));
        Loop.AddWriter(_pair.Server, () => calls.Add("writer"));
        Loop.AddReader(_pair.Server, () => calls.Add("new"));
        RunTurns();
        Assert.Equal(["new", "writer"], calls);
    }

    [Fact(Timeout = 30000)]
    public void AddWriter_Again_ReplacesTheCallbackAndKeepsTheReader()
    {
        var calls = new List<string>();
        _pair.WriteToServer();
        Loop.AddWriter(_pair.Server, () => calls.Add("old"));
        Loop.AddReader(_pair.Server.SafeHandle, () => calls.Add("reader"));
        Loop.AddWriter(_pair.Server.SafeHandle, () => calls.Add("new"));
        RunTurns();
        Assert.Equal(["reader", "new"], calls);
    }

    [Fact(Timeout = 30000)]
    public void AddReader_ReplacedWhileQueued_OldOneDoesNotRun()
    {
        var calls = new List<string>();
        _pair.WriteToServer();
        Loop.AddReader(_pair.Server, () => calls.Add("old"));
        Loop.CallSoon(() => Loop.AddReader(_pair.Server, () => calls.Add("new")));
        RunTurns();
        Assert.Empty(calls);
        RunTurns();
        Assert.Equal(["new"], calls);
    }

    [Fact(Timeout = 30000)]
    public void RemoveReader_WhileQueued_CallDoesNotCome()
    {
        _pair.WriteToServer();
        Loop.AddReader(_pair.Server, () => Assert.Fail("ran"));
        Loop.AddWriter(_pair.Server, () => Assert.Fail("ran"));
        Loop.CallSoon(() =>
        {
            Assert.True(Loop.RemoveReader(_pair.Server));
            Assert.True(Loop.RemoveWriter(_pair.Server.SafeHandle));
        });
        RunTurns(2);
    }

    [Fact(Timeout = 30000)]
    public void Remove_OneSide_KeepsTheOther()
    {
        int reads = 0;
        int writes = 0;
        _pair.WriteToServer();
        Loop.AddReader(_pair.Server, () => reads++);
        Loop.AddWriter(_pair.Server, () => writes++);
        Assert.True(Loop.RemoveWriter(_pair.Server));
        Assert.False(Loop.RemoveWriter(_pair.Server));
        RunTurns();
        Assert.Equal((1, 0), (reads, writes));
        Assert.True(Loop.RemoveReader(_pair.Server.SafeHandle));
        Assert.False(Loop.RemoveReader(_pair.Server));
        RunTurns();
        Assert.Equal((1, 0), (reads, writes));
    }

    [Fact(Timeout = 30000)]
    public void Remove_UnknownOrClosedLoop_IsFalse()
    {
        Assert.False(Loop.RemoveReader(_pair.Client));
        Assert.False(Loop.RemoveWriter(_pair.Client));
        Loop.AddReader(_pair.Client, () => { });
        Assert.False(Loop.RemoveWriter(_pair.Client));
        Loop.Close();
        Assert.False(Loop.RemoveReader(_pair.Client));
    }

    [Fact(Timeout = 30000)]
    public void Callback_Throws_IsReportedAndKeepsItsRegistration()
    {
        _pair.WriteToServer();
        int calls = 0;
        Loop.AddReader(_pair.Server, () => throw new FormatException($"call {++calls}"));
        RunTurns(2);
        Assert.Equal(["call 1", "call 2"], Reports.Select(report => report.Exception!.Message));
        Assert.All(Reports, report => Assert.Contains(nameof(Callback_Throws_IsReportedAndKeepsItsRegistration), report.Message, StringComparison.Ordinal));
        Reports.Clear();
    }

    [Fact]
    public void Add_BadArguments_ThrowAtTheCall()
    {
        Action nothing = () => { };
        Assert.Throws<ArgumentNullException>(() => Loop.AddReader((Socket)null!, nothing));
        Assert.Throws<ArgumentNullException>(() => Loop.AddWriter((SafeHandle)null!, nothing));
        Assert.Throws<ArgumentNullException>(() => Loop.AddReader(_pair.Client, null!));
        Assert.Throws<ArgumentNullException>(() => Loop.RemoveReader((Socket)null!));
        Assert.Throws<ArgumentNullException>(() => Loop.RemoveWriter((SafeHandle)null!));
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Close();
        Assert.Throws<ArgumentException>(() => Loop.AddReader(closed, nothing));
        Assert.False(Loop.RemoveReader(closed));
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.AddReader(_pair.Client, nothing));
        Assert.Throws<ObjectDisposedException>(() => Loop.AddWriter(_pair.Client, nothing));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _pair.Dispose();
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollReadinessTests() : ReadinessContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollReadinessTests() : ReadinessContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectReadinessTests() : ReadinessContract(new SelectSelector());
