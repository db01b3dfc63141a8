using System.Net;
using System.Net.Sockets;

namespace Bridge.Tests.Interop;

/// <summary>Need 28: legacy code waits on the loop thread, and only what it caused runs meanwhile.</summary>
public sealed class BlockingScopeTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);

    [Fact(Timeout = 30000)]
    public void BlockingScope_LibraryBlocksForItsOwnAsyncCode_Completes() => Inside(loop =>
    {
        int thread = Environment.CurrentManagedThreadId;
        var threads = new List<int>();
        int result = loop.BlockingScope(() => Load().Result);
        Assert.Equal(42, result);
        Assert.All(threads, id => Assert.Equal(thread, id));
        Assert.Equal(3, threads.Count);

        async Task<int> Load()
        {
            threads.Add(Environment.CurrentManagedThreadId);
            await Task.Delay(5);
            threads.Add(Environment.CurrentManagedThreadId);
            await Task.Yield();
            threads.Add(Environment.CurrentManagedThreadId);
            return 42;
        }
    });

    [Fact(Timeout = 30000)]
    public void BlockingScope_OtherCallbacksAndTimers_RunAfterwardsInTheirOrder()
    {
        var order = new List<string>();
        Inside(loop =>
        {
            loop.CallSoon(() => order.Add("one"));
            loop.CallSoonThreadSafe(() => order.Add("two"));
            loop.CallLater(TimeSpan.Zero, () => order.Add("timer"));
            var other = new Thread(() => loop.CallSoonThreadSafe(() => order.Add("post"))) { IsBackground = true };
            other.Start();
            loop.BlockingScope(() =>
            {
                other.Join();
                Assert.True(EventLoop.Running != loop);
                loop.CallSoon(() => order.Add("from inside"));
                Task.Delay(20).ContinueWith(_ => order.Add("scope"), TaskScheduler.FromCurrentSynchronizationContext()).Wait();
            });
            order.Add("after");
            Assert.Same(loop, EventLoop.Running);
        });
        Assert.Equal(["scope", "after"], order.Take(2));
        Assert.Equal(["one", "two", "from inside"], order.Where(entry => entry is "one" or "two" or "from inside"));
        Assert.Contains("post", order);
        Assert.Contains("timer", order);
    }

    [Fact(Timeout = 30000)]
    public void RunBlocking_CoroutineWithTimersExecutorAndSockets_IsServed() => Inside(loop =>
    {
        string read = loop.RunBlocking(async Coroutine<string> () =>
        {
            await LoopTask.Sleep(s_moment);
            int one = await EventLoop.Running.RunInExecutor(null, () => 1);
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            Task connected = client.ConnectAsync(listener.LocalEndPoint!);
            LoopFuture<Socket> accepted = EventLoop.Running.CreateFuture<Socket>();
            EventLoop.Running.AddReader(listener, () =>
            {
                EventLoop.Running.RemoveReader(listener);
                accepted.SetResult(listener.Accept());
            });
            using Socket server = await accepted;
            await connected;
            return $"read {one}";
        });
        Assert.Equal("read 1", read);
        loop.RunBlocking(() => LoopTask.Sleep(s_moment));
    });

    [Fact(Timeout = 30000)]
    public void BlockingScope_InsideTheStepOfATask_TaskGoesOn()
    {
        EventLoop.Run(async () =>
        {
            LoopTask before = LoopTask.Current!;
            var local = new AsyncLocal<int> { Value = 1 };
            Assert.Equal(1, EventLoop.Running.BlockingScope(() => Read(local).Result));
            Assert.Equal(1, local.Value);
            Assert.Same(before, LoopTask.Current);
            await LoopTask.Yield();
        });

        static async Task<int> Read(AsyncLocal<int> local)
        {
            await Task.Yield();
            int seen = local.Value;
            local.Value = 2;
            return seen;
        }
    }

    [Fact(Timeout = 30000)]
    public void BlockingScope_Throws_SameExceptionArrives() => Inside(loop =>
    {
        var thrown = new InvalidDataException();
        Assert.Same(thrown, Record.Exception(() => loop.BlockingScope(() => throw thrown)));
        Assert.Same(thrown, Record.Exception(() => loop.RunBlocking(async Coroutine () =>
        {
            await LoopTask.Yield();
            throw thrown;
        })));
    });

    [Fact(Timeout = 30000)]
    public void BlockingScope_WaitsNested_ArePumpedUpToTheLimit() => Inside(loop =>
    {
        Assert.Equal(10, loop.BlockingScope(() => Nest(10)));
        var tooDeep = Assert.Throws<BlockingWaitException>(() => loop.BlockingScope(() => Nest(EventLoop.MaximumBlockingDepth + 1)));
        Assert.Contains("16 deep", tooDeep.Message, StringComparison.Ordinal);

        static int Nest(int depth) => depth == 0 ? 0 : NestAsync(depth).GetAwaiter().GetResult();

        static async Task<int> NestAsync(int depth)
        {
            await Task.Yield();
            return Nest(depth - 1) + 1;
        }
    });

    [Fact(Timeout = 30000)]
    public void BlockingScope_ScopesNested_WorkUpToTheLimit() => Inside(loop =>
    {
        Assert.Equal(10, Nest(10));
        var tooDeep = Assert.Throws<InvalidOperationException>(() => Nest(EventLoop.MaximumBlockingDepth + 1));
        Assert.Contains("MaximumBlockingDepth", tooDeep.Message, StringComparison.Ordinal);

        int Nest(int depth) => depth == 0 ? 0 : loop.RunBlocking(async Coroutine<int> () =>
        {
            await LoopTask.Sleep(s_moment);
            return Nest(depth - 1) + 1;
        });
    });

    [Fact(Timeout = 30000)]
    public void BlockingScope_NeedsTheBlockedLoop_ThrowsInsteadOfHanging() => Inside(loop =>
    {
        LoopFuture<int> outside = loop.CreateFuture<int>();
        var awaited = Assert.Throws<InvalidOperationException>(() => loop.RunBlocking(async Coroutine<int> () => await outside));
        Assert.Contains("blocking scope", awaited.Message, StringComparison.Ordinal);
        Task<int> task = outside.AsTask();
        var waited = Assert.Throws<BlockingWaitException>(() => loop.BlockingScope(() => task.Wait()));
        Assert.Contains(loop.Name, waited.Message, StringComparison.Ordinal);
        outside.SetResult(1);
    });

    [Fact(Timeout = 30000)]
    public void BlockingScope_IsOver_AsyncMethodsGoOnOutside()
    {
        EventLoop? wentOnOn = null;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? left = null;
        EventLoop.Run(async () =>
        {
            EventLoop loop = EventLoop.Running;
            loop.BlockingScope(() => { left = GoOn(); });
            gate.SetResult();
            await left!;
            Assert.Same(loop, wentOnOn);
        });

        async Task GoOn()
        {
            await gate.Task;
            wentOnOn = EventLoop.Running;
        }
    }

    [Fact(Timeout = 30000)]
    public void RunBlocking_TasksAreLeft_AreCancelledAndWaitedFor() => Inside(loop =>
    {
        bool finallyRan = false;
        loop.RunBlocking(async Coroutine () =>
        {
            Assert.False(EventLoop.Running.CreateTask(Left()).IsDone);
            await LoopTask.Yield();
        });
        Assert.True(finallyRan);

        async Coroutine Left()
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                await LoopTask.Yield();
                finallyRan = true;
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void BlockingScope_LockIsContended_RunsNothingMeanwhile() => Inside(loop => loop.BlockingScope(() =>
    {
        object monitor = new();
        bool ran = false;
        using var held = new ManualResetEventSlim();
        var other = new Thread(() =>
        {
            lock (monitor)
            {
                held.Set();
                SpinWait.SpinUntil(() => false, 20);
            }
        })
        { IsBackground = true };
        other.Start();
        held.Wait();
        EventLoop.Running.CallSoon(() => ran = true);
        lock (monitor)
        {
            Assert.False(ran);
        }
    }));

    [Fact]
    public void BlockingScope_OutsideTheLoop_Throws()
    {
        using var loop = new SelectorEventLoop();
        Assert.Throws<InvalidOperationException>(() => loop.BlockingScope(() => { }));
        Assert.Throws<InvalidOperationException>(() => loop.RunBlocking(() => LoopTask.Sleep(s_moment)));
        Assert.Throws<ArgumentNullException>(() => loop.BlockingScope(null!));
    }

    /// <summary>Runs the body in a callback of a loop, and then one more turn, or two.</summary>
    private static void Inside(Action<EventLoop> body)
    {
        using var loop = new SelectorEventLoop(null, new EventLoopOptions { Name = "outside" });
        Exception? failure = null;
        loop.CallSoon(() =>
        {
            failure = Record.Exception(() => body(loop));
            loop.CallLater(s_moment, loop.Stop);
        });
        loop.RunForever();
        Assert.Null(failure);
    }
}
