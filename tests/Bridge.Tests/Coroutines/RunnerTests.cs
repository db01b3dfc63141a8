namespace Bridge.Tests.Coroutines;

/// <summary>Rows A17, R1 to R7.</summary>
public sealed class RunnerTests
{
    private static readonly AsyncLocal<int> s_ambient = new();

    [Fact(Timeout = 30000)]
    public void Run_EachForm_GivesTheResult()
    {
        Assert.Equal(1, EventLoop.Run(async () =>
        {
            await LoopTask.Yield();
            return 1;
        }));
        Assert.Equal(2, EventLoop.Run(LoopTask.Sleep(TimeSpan.Zero, 2)));
        Assert.Equal(3, EventLoop.Run(() => LoopTask.Sleep(TimeSpan.Zero, 3)));
        Assert.Equal(4, EventLoop.Run(async Task<int> () =>
        {
            int thread = Environment.CurrentManagedThreadId;
            await Task.Run(() => { }, TestContext.Current.CancellationToken);
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            await LoopTask.Sleep(TimeSpan.Zero);
            return 4;
        }));
        int ran = 0;
        EventLoop.Run(async () =>
        {
            ran++;
            await LoopTask.Yield();
        });
        EventLoop.Run(LoopTask.Sleep(TimeSpan.Zero));
        EventLoop.Run(async Task () =>
        {
            await Task.Yield();
            ran++;
        });
        EventLoop.Run(async token =>
        {
            Assert.True(token.CanBeCanceled);
            await Task.Yield();
            ran++;
        });
        Assert.Equal(3, ran);
    }

    [Fact(Timeout = 30000)]
    public void Run_MainFails_ThrowsThatAndCloses()
    {
        EventLoop? loop = null;
        var failure = new ArithmeticException();
        Assert.Same(failure, Assert.Throws<ArithmeticException>(() => EventLoop.Run(async Coroutine () =>
        {
            loop = EventLoop.Running;
            await LoopTask.Yield();
            throw failure;
        })));
        Assert.True(loop!.IsClosed);
        Assert.Throws<ArithmeticException>(() => EventLoop.Run(async Task () =>
        {
            await Task.Yield();
            throw failure;
        }));
        Assert.Throws<InvalidOperationException>(() => EventLoop.Run(Coroutine () => null!));
    }

    [Fact(Timeout = 30000)]
    public void Run_InsideARunningLoop_ThrowsAndGivesTheCoroutineUp() => EventLoop.Run(async Coroutine () =>
    {
        Coroutine inner = LoopTask.Sleep(TimeSpan.Zero);
        Assert.Contains("cannot be called from a running event loop", Assert.Throws<InvalidOperationException>(() => EventLoop.Run(inner)).Message, StringComparison.Ordinal);
        Assert.True(inner.IsDone);
        using var runner = new Runner();
        Assert.Contains("Runner.Run cannot", Assert.Throws<InvalidOperationException>(() => runner.Run(() => LoopTask.Sleep(TimeSpan.Zero))).Message, StringComparison.Ordinal);
        await LoopTask.Yield();
    });

    [Fact(Timeout = 30000)]
    public void Run_Options_ReachTheLoop()
    {
        var loop = new SelectorEventLoop();
        bool debug = EventLoop.Run(async () => EventLoop.Running.Debug, new RunnerOptions { LoopFactory = () => loop, Debug = true });
        Assert.True(debug);
        Assert.True(loop.IsClosed);
        Assert.Throws<InvalidOperationException>(() => EventLoop.Run(LoopTask.Sleep(TimeSpan.Zero), new RunnerOptions { LoopFactory = () => null! }));
    }

    [Fact(Timeout = 30000)]
    public void Loop_WithoutFactory_IsInstalledUntilClose()
    {
        var runner = new Runner();
        EventLoop loop = runner.Loop;
        Assert.Same(loop, runner.Loop);
        Assert.Same(loop, EventLoop.Current);
        Assert.Same(loop, runner.Run(async () => EventLoop.Running));
        runner.Close();
        runner.Close();
        Assert.True(loop.IsClosed);
        Assert.Throws<InvalidOperationException>(() => EventLoop.Current);
        Assert.Throws<ObjectDisposedException>(() => runner.Loop);
        Assert.Throws<ObjectDisposedException>(() => runner.Run(() => LoopTask.Sleep(TimeSpan.Zero)));

        using var own = new Runner(new RunnerOptions { LoopFactory = () => new SelectorEventLoop() });
        _ = own.Loop;
        Assert.Throws<InvalidOperationException>(() => EventLoop.Current);
    }

    [Fact(Timeout = 30000)]
    public void Run_Context_IsThatOfTheFirstUse()
    {
        using var runner = new Runner();
        s_ambient.Value = 1;
        _ = runner.Loop;
        s_ambient.Value = 2;
        Assert.Equal(1, runner.Run(async Coroutine<int> () => s_ambient.Value++));
        Assert.Equal(1, runner.Run(async () => s_ambient.Value));
        Assert.Equal(2, runner.Run(async () => s_ambient.Value, ExecutionContext.Capture()));
        s_ambient.Value = 0;
    }

    [Fact(Timeout = 30000)]
    public void Close_HangingTasks_AreCancelledAndTheirFailuresReported()
    {
        var reports = new List<LoopErrorContext>();
        bool cleaned = false, lateRan = false;
        LoopTask? failing = null;
        EventLoop.Run(async Coroutine () =>
        {
            EventLoop.Running.ExceptionHandler = (_, report) => reports.Add(report);
            _ = LoopTask.Create(CleanUp());
            failing = LoopTask.Create(FailOnCancel());
            await LoopTask.Yield();
        });
        Assert.True(cleaned);
        Assert.False(lateRan);
        LoopErrorContext report = Assert.Single(reports, r => r.Exception is not null);
        Assert.Equal("unhandled exception during EventLoop.Run() shutdown", report.Message);
        Assert.Same(failing, report.Task);

        async Coroutine CleanUp()
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                _ = LoopTask.Create(Late());
                await LoopTask.Yield();
                cleaned = true;
            }
        }

        async Coroutine Late()
        {
            await LoopTask.Sleep(TimeSpan.FromHours(1));
            lateRan = true;
        }

        static async Coroutine FailOnCancel()
        {
            await Caught.By(LoopTask.Sleep(TimeSpan.FromHours(1)));
            throw new ArithmeticException();
        }
    }

    [Fact(Timeout = 30000)]
    public void Close_DefaultExecutor_IsShutDownAfterTheTasks()
    {
        var order = new List<string>();
        EventLoop.Run(async Coroutine () =>
        {
            EventLoop.Running.ShutdownDefaultExecutorHook = Shutdown;
            _ = LoopTask.Create(CleanUp());
            await LoopTask.Yield();
        });
        Assert.Equal(["task", "executor 300"], order);

        async Coroutine CleanUp()
        {
            await Caught.By(LoopTask.Sleep(TimeSpan.FromHours(1)));
            order.Add("task");
        }

        async Coroutine Shutdown(TimeSpan timeout)
        {
            await LoopTask.Yield();
            order.Add($"executor {timeout.TotalSeconds}");
        }
    }

    [Fact(Timeout = 30000)]
    public void Interrupt_First_CancelsMainAndThrows()
    {
        using var runner = new Runner();
        bool cleaned = false;
        Assert.Throws<KeyboardInterruptException>(() => runner.Run(async Coroutine () =>
        {
            LetAnotherThread(() => Assert.True(runner.Interrupt!.Signal()));
            try
            {
                await LoopTask.Sleep(TimeSpan.FromHours(1));
            }
            finally
            {
                cleaned = true;
            }
        }));
        Assert.True(cleaned);
        Assert.Equal(7, runner.Run(() => LoopTask.Sleep(TimeSpan.Zero, 7)));
    }

    [Fact(Timeout = 30000)]
    public void Interrupt_Swallowed_GivesTheResult()
    {
        using var runner = new Runner();
        Assert.Equal(5, runner.Run(async Coroutine<int> () =>
        {
            LetAnotherThread(() => Assert.True(runner.Interrupt!.Signal()));
            await Caught.By(LoopTask.Sleep(TimeSpan.FromHours(1)));
            return 5;
        }));
    }

    [Fact(Timeout = 30000)]
    public void Interrupt_Second_IsLeftToTheSystem()
    {
        using var runner = new Runner();
        runner.Run(async Coroutine () =>
        {
            Assert.True(runner.Interrupt!.Signal());
            Assert.False(runner.Interrupt.Signal());
            await Caught.By(LoopTask.Sleep(TimeSpan.FromHours(1)));
        });
        Assert.False(runner.Interrupt!.Signal());
    }

    [Fact(Timeout = 30000)]
    public void Interrupt_MainCancelledByItselfToo_StaysACancellation()
    {
        using var runner = new Runner();
        Exception error = Assert.ThrowsAny<OperationCanceledException>(() => runner.Run(async Coroutine () =>
        {
            LoopTask.Current!.Cancel();
            Assert.True(runner.Interrupt!.Signal());
            await LoopTask.Sleep(TimeSpan.FromHours(1));
        }));
        Assert.IsNotType<KeyboardInterruptException>(error);
    }

    [Fact(Timeout = 30000)]
    public void Interrupt_TaskMain_IsAbandonedWithoutTokenAndWaitedForWithOne()
    {
        using var runner = new Runner();
        bool cleaned = false;
        Assert.Throws<KeyboardInterruptException>(() => runner.Run(async Task () =>
        {
            LetAnotherThread(() => runner.Interrupt!.Signal());
            await new TaskCompletionSource().Task;
        }));
        Assert.Throws<KeyboardInterruptException>(() => runner.Run(async token =>
        {
            LetAnotherThread(() => runner.Interrupt!.Signal());
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                await Task.Yield();
                cleaned = true;
            }
        }));
        Assert.True(cleaned);
    }

    [Fact(Timeout = 30000)]
    public void Run_LoopStopped_ThrowsAndCloseCancelsMain()
    {
        bool cancelled = false;
        Assert.Throws<InvalidOperationException>(() => EventLoop.Run(async Coroutine () =>
        {
            EventLoop.Running.Stop();
            cancelled = await Caught.By(LoopTask.Sleep(TimeSpan.FromHours(1))) is LoopCanceledException;
        }));
        Assert.True(cancelled);
    }

    private static void LetAnotherThread(Action act) => ThreadPool.QueueUserWorkItem(_ => act());
}
