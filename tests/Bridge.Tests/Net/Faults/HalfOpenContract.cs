using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Net;
using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Tests.Net;

/// <summary>A peer that vanishes without a word. Loop time is virtual, that of the system is not.</summary>
public abstract class HalfOpenContract : LoopTest
{
    private readonly SocketPair _pair = new();

    protected HalfOpenContract(ISelector selector)
        : base(selector: selector)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The peer is made to vanish in Linux's way.");
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _pair.Dispose();
    }

    [Fact(Timeout = 30000)]
    public void PeerVanishes_NothingIsWritten_TheConnectionIdlesAtNoCost() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect();
        BlackHole.Swallow(_pair.Client);
        int waits = Selector.Waits.Count;
        await LoopTask.Sleep(TimeSpan.FromDays(30));
        Assert.InRange(Selector.Waits.Count - waits, 1, 40);
        Assert.Equal(["made"], protocol.Heard);
        protocol.Transport.Close();
        await protocol.Lost;
        Assert.Null(protocol.Failure);
    });

    [Fact(Timeout = 30000)]
    public void PeerVanishes_UsersTimeout_EndsTheRead() => Run(async Coroutine () =>
    {
        await using LoopStream stream = await Loop.OpenConnection(_pair.Server);
        BlackHole.Swallow(_pair.Client);
        Exception? failure = await Outcome.Of(LoopTask.WaitFor(stream.Reader.ReadAsync(1).AsCoroutine(), TimeSpan.FromHours(1)));
        Assert.IsType<TimeoutException>(failure);
        Assert.Equal(TimeSpan.FromHours(1), Time.Elapsed);
    });

    [Fact(Timeout = 30000)]
    public void PeerVanishes_ReceiveCancelled_EndsAtOnce() => Run(async Coroutine () =>
    {
        BlackHole.Swallow(_pair.Client);
        LoopTask<int> receiving = Loop.CreateTask(Loop.SockReceive(_pair.Server, new byte[1]));
        await LoopTask.Yield();
        receiving.Cancel();
        Assert.IsType<LoopCanceledException>(await Outcome.Of(receiving));
    });

    [Fact(Timeout = 30000)]
    public void PeerVanishes_SendFindsNoRoom_CancelEndsIt() => Run(async Coroutine () =>
    {
        BlackHole.Swallow(_pair.Client);
        LoopTask<int> sending = Loop.CreateTask(Loop.SockSendAll(_pair.Server, new byte[32 * 1024 * 1024]));
        Assert.IsType<TimeoutException>(await Outcome.Of(LoopTask.WaitFor(sending, TimeSpan.FromHours(1))));
        Assert.True(sending.IsCancelled);
    });

    [Fact(Timeout = 30000)]
    public void PeerVanishes_CloseWithDataWaiting_WaitsUntilAborted() => Run(async Coroutine () =>
    {
        RecordingProtocol protocol = await Connect();
        BlackHole.Swallow(_pair.Client);
        protocol.Transport.Write(new byte[32 * 1024 * 1024]);
        protocol.Transport.Close();
        await LoopTask.Sleep(TimeSpan.FromHours(1));
        Assert.False(protocol.Lost.IsDone);
        protocol.Transport.Abort();
        await protocol.Lost;
        Assert.Null(protocol.Failure);
        await LoopTask.Yield();
        Assert.True(_pair.Server.SafeHandle.IsClosed);
    });

    [Fact(Timeout = 30000)]
    public void PeerVanishes_SystemsTimeoutForWrites_LosesTheConnection() => Run(async Coroutine () =>
    {
        const int Tcp = 6;
        const int UserTimeout = 18;
        int milliseconds = 50;
        RecordingProtocol protocol = await Connect();
        _pair.Server.SetRawSocketOption(Tcp, UserTimeout, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(ref milliseconds)));
        BlackHole.Swallow(_pair.Client);
        protocol.Transport.Write("anybody there?"u8);
        await protocol.Lost;
        Assert.Equal(SocketError.TimedOut, ((SocketException)protocol.Failure!).SocketErrorCode);
        Assert.Equal(["made", "lost SocketException"], protocol.Heard);
    });

    [Fact(Timeout = 30000)]
    public void PeerVanishes_KeepAlive_LosesTheIdleConnection() => Run(async Coroutine () =>
    {
        // The shortest times that the system knows: it asks after a second, and gives up after another.
        _pair.Server.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 1);
        _pair.Server.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        _pair.Server.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 1);
        _pair.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        await using LoopStream stream = await Loop.OpenConnection(_pair.Server);
        BlackHole.Swallow(_pair.Client);
        Exception? failure = await Outcome.Of(stream.Reader.ReadAsync(1).AsCoroutine());
        Assert.Equal(SocketError.TimedOut, Assert.IsType<SocketException>(failure).SocketErrorCode);
    });

    private async Coroutine<RecordingProtocol> Connect()
        => (await Loop.CreateConnection(() => new RecordingProtocol(), _pair.Server)).Protocol;
}

/// <summary>On epoll.</summary>
public sealed class EpollHalfOpenTests() : HalfOpenContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollHalfOpenTests() : HalfOpenContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectHalfOpenTests() : HalfOpenContract(new SelectSelector());
