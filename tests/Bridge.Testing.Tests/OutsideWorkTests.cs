using System.Net;
using System.Net.Sockets;

namespace Bridge.Testing.Tests;

/// <summary>What keeps the clock where it is: executor calls, holds, I/O.</summary>
public sealed class OutsideWorkTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact(Timeout = 30000)]
    public void ExecutorCall_Out_KeepsTheClock()
    {
        using var loop = new VirtualTimeLoop();
        using var go = new SemaphoreSlim(0);
        loop.Run(async Coroutine () =>
        {
            LoopTask<int> call = loop.Loop.CreateTask(LoopTask.ToThread(() =>
            {
                // Let go by a second call: meanwhile the loop has nothing else to do than to time the first out.
                go.Wait();
                return 1;
            }));
            LoopFuture<int> releasing = loop.Loop.RunInExecutor(null, () => go.Release());
            Assert.Equal(1, await LoopTask.WaitFor(call, s_second));
            await releasing;
            Assert.Equal(TimeSpan.Zero, loop.Clock.Elapsed);
        });
    }

    [Fact(Timeout = 30000)]
    public void ExecutorCall_CancelledWhileItRuns_KeepsTheClockUntilItEnds()
    {
        using var loop = new VirtualTimeLoop();
        using var go = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        TimeSpan? atEnd = null;
        loop.Run(async Coroutine () =>
        {
            LoopFuture call = loop.Loop.RunInExecutor(null, () =>
            {
                started.Set();
                go.Wait();
                atEnd = loop.Clock.Elapsed;
            });
            started.Wait();
            call.Cancel();
            Assert.Equal(1, loop.Loop.ExecutorCallCount);
            ThreadPool.QueueUserWorkItem(_ => go.Set());
            await LoopTask.Sleep(s_second);
            Assert.Equal(0, loop.Loop.ExecutorCallCount);
        });
        Assert.Equal(TimeSpan.Zero, atEnd);
    }

    [Fact(Timeout = 30000)]
    public void Hold_WhileAThreadWorks_KeepsTheClock()
    {
        using var loop = new VirtualTimeLoop();
        loop.Run(async Coroutine () =>
        {
            using (loop.Clock.Hold("pool work"))
            {
                Assert.True(loop.Clock.IsHeld);
                Assert.Equal(7, await LoopTask.WaitFor(loop.Loop.WrapFuture(Task.Run(() => 7)), s_second));
            }

            Assert.Equal(TimeSpan.Zero, loop.Clock.Elapsed);
            await LoopTask.Sleep(s_second);
        });
        Assert.Equal(s_second, loop.Clock.Elapsed);
    }

    [Fact(Timeout = 30000)]
    public void Hold_ReleasedElsewhere_LetsTheLoopGoOn()
    {
        using var loop = new VirtualTimeLoop();
        IDisposable hold = loop.Clock.Hold();
        loop.Run(async Coroutine () =>
        {
            ThreadPool.QueueUserWorkItem(_ =>
            {
                hold.Dispose();
                hold.Dispose();
            });
            await LoopTask.Sleep(s_second);
        });
        Assert.Equal(s_second, loop.Clock.Elapsed);
    }

    [Fact(Timeout = 30000)]
    public void Hold_ReleasedAfterAPost_LetsThePostComeFirst()
    {
        using var loop = new VirtualTimeLoop();
        loop.Run(async Coroutine () =>
        {
            for (int i = 0; i < 2000; i++)
            {
                LoopFuture<int> future = loop.Loop.CreateFuture<int>();
                IDisposable hold = loop.Clock.Hold();
                ThreadPool.QueueUserWorkItem(_ =>
                {
                    loop.Loop.CallSoonThreadSafe(() => future.SetResult(i));
                    hold.Dispose();
                });
                Assert.Equal(i, await LoopTask.WaitFor(future, s_second));
            }
        });
        Assert.Equal(TimeSpan.Zero, loop.Clock.Elapsed);
    }

    [Fact(Timeout = 30000)]
    public void Advance_OfAHeldClock_WakesTheLoop()
    {
        using var loop = new VirtualTimeLoop();
        Task advancing = Task.CompletedTask;
        loop.Run(async Coroutine () =>
        {
            using IDisposable hold = loop.Clock.Hold();
            loop.Loop.CallSoon(() => advancing = Task.Run(() => loop.Clock.Advance(TimeSpan.FromHours(2))));
            await LoopTask.Sleep(TimeSpan.FromHours(1));
        });

        // The loop is woken on the way, when the clock shows one hour.
        advancing.Wait();
        Assert.Equal(TimeSpan.FromHours(2), loop.Clock.Elapsed);
    }

    [Fact(Timeout = 30000)]
    public void WatchedSocket_ByDefault_KeepsTheClock()
    {
        using var loop = new VirtualTimeLoop(new VirtualTimeOptions { RealTimeLimit = TimeSpan.FromMilliseconds(50) });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        loop.Loop.AddReader(socket, () => { });
        string text = Assert.Throws<StuckException>(() => loop.Run(async Coroutine () => await LoopTask.Sleep(s_second))).Message;
        Assert.Equal(TimeSpan.Zero, loop.Clock.Elapsed);
        Assert.Contains("1 file is watched: Socket", text, StringComparison.Ordinal);
        Assert.Contains("AdvancesDuringIO", text, StringComparison.Ordinal);
        Assert.Contains("The next timer is due in 00:00:01", text, StringComparison.Ordinal);
        loop.Loop.RemoveReader(socket);
    }

    [Fact(Timeout = 30000)]
    public void Connection_BothEndsHere_SaysEverythingBeforeTheClockMoves()
    {
        using var loop = new VirtualTimeLoop(new VirtualTimeOptions { AdvancesDuringIO = true });
        loop.Run(async Coroutine () =>
        {
            Net.Server server = await loop.Loop.StartServer(
                async Coroutine (stream) =>
                {
                    await stream.Writer.WriteAsync("late\n"u8.ToArray());
                    await LoopTask.Sleep(TimeSpan.FromMinutes(5));
                    stream.Writer.Close();
                },
                "127.0.0.1",
                0);
            Net.LoopStream stream = await loop.Loop.OpenConnection("127.0.0.1", ((IPEndPoint)server.Sockets[0].LocalEndPoint!).Port);
            Assert.Equal("late\n"u8.ToArray(), (await stream.Reader.ReadLineAsync()).ToArray());
            Assert.Equal(TimeSpan.Zero, loop.Clock.Elapsed);
            await VirtualTimeTests.Throws<TimeoutException>(() => LoopTask.WaitFor(ReadToEnd(stream), TimeSpan.FromMinutes(1)));
            await ReadToEnd(stream);
            Assert.Equal(TimeSpan.FromMinutes(5), loop.Clock.Elapsed);
            stream.Writer.Close();
            server.Close();
            await server.WaitClosed();
        });

        static async Coroutine ReadToEnd(Net.LoopStream stream) => Assert.Empty((await stream.Reader.ReadLineAsync()).ToArray());
    }
}
