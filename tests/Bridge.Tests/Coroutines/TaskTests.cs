using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows A15, A16, K1, K3 to K8, K17 to K20, K22 to K27, N7, N8.</summary>
public sealed class TaskTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void CreateTask_StartsInTheNextTurnAndGivesTheResult()
    {
        bool started = false;
        LoopTask<int> task = Loop.CreateTask(Body());
        Assert.False(started);
        Assert.False(task.IsDone);
        Assert.Throws<InvalidStateException>(() => task.GetResult());
        RunTurns();
        Assert.True(started);
        Assert.Equal(7, task.GetResult());
        Assert.Null(task.GetException());

        async Coroutine<int> Body()
        {
            started = true;
            await Task.CompletedTask;
            return 7;
        }
    }

    [Fact(Timeout = 30000)]
    public void CreateTask_CoroutineUsedBefore_Throws()
    {
        Coroutine coroutine = LoopTask.Sleep(TimeSpan.Zero);
        LoopTask task = Loop.CreateTask(coroutine);
        Assert.Throws<InvalidOperationException>(() => Loop.CreateTask(coroutine));
        Loop.RunUntilComplete(task);
        Assert.Throws<InvalidOperationException>(() => Loop.CreateTask(coroutine));
        Assert.Single(new[] { task });
    }

    [Fact(Timeout = 30000)]
    public void CreateTask_LoopClosed_ThrowsAndGivesTheCoroutineUp()
    {
        Loop.Close();
        Garbage.MakeAndCollect(() =>
        {
            Coroutine<Exception?> coroutine = Outcome.Of(Loop.CreateFuture<int>());
            Assert.Throws<ObjectDisposedException>(() => Loop.CreateTask(coroutine));
            Assert.Contains("done", coroutine.ToString(), StringComparison.Ordinal);
            Assert.Throws<ObjectDisposedException>(() => TaskFactories.Default.Create(Loop, LoopTask.Sleep(default), null));
        });
        Assert.Empty(LoopTask.All(Loop));
    }

    [Fact]
    public void EveryEntry_Null_Throws()
    {
        Assert.Throws<ArgumentNullException>(() => Loop.CreateTask((Coroutine)null!));
        Assert.Throws<ArgumentNullException>(() => Loop.CreateTask((Coroutine<int>)null!));
        Assert.Throws<ArgumentNullException>(() => LoopTask.Ensure(null!, Loop));
        Assert.Throws<ArgumentNullException>(() => TaskFactories.Default.Create(null!, LoopTask.Sleep(default), null));
        Assert.Throws<ArgumentNullException>(() => TaskFactories.Eager.Create<int>(Loop, null!, null));
    }

    [Fact(Timeout = 30000)]
    public void Create_OutsideALoop_Throws()
    {
        Coroutine coroutine = LoopTask.Sleep(default);
        Assert.Throws<InvalidOperationException>(() => LoopTask.Create(coroutine));
        Assert.Throws<InvalidOperationException>(() => LoopTask.Ensure(coroutine));
        coroutine.Close();
    }

    [Fact(Timeout = 30000)]
    public void Body_Throws_IsTheTasksExceptionWithItsFrames()
    {
        var failure = new FormatException();
        LoopTask task = Loop.CreateTask(Outer(failure));
        RunTurns(3);
        Assert.Same(failure, task.GetException());
        Assert.Contains(nameof(Outer), Assert.Throws<FormatException>(() => Loop.RunUntilComplete(task)).StackTrace, StringComparison.Ordinal);

        static async Coroutine Outer(Exception exception)
        {
            await LoopTask.Yield();
            throw exception;
        }
    }

    [Fact(Timeout = 30000)]
    public void Body_ThrowsAnyOperationCanceled_CancelsTheTaskWithThatObject()
    {
        var ended = new OperationCanceledException();
        LoopTask task = Loop.CreateTask(End(ended));
        RunTurns();
        Assert.True(task.IsCancelled);
        Assert.Same(ended, Record.Exception(() => task.GetException()));

        static async Coroutine End(Exception exception)
        {
            await Task.CompletedTask;
            throw exception;
        }
    }

    [Fact(Timeout = 30000)]
    public void Body_ThrowsFatally_IsStoredAndLeavesTheLoop()
    {
        LoopTask task = Loop.CreateTask(Fail());
        var fatal = Assert.Throws<FatalTestException>(() => RunTurns(2));
        Assert.Same(fatal, task.GetException());
        Assert.Null(LoopTask.Current);
        RunTurns();

        static async Coroutine Fail()
        {
            await LoopTask.Yield();
            throw new FatalTestException();
        }
    }

    [Fact(Timeout = 30000)]
    public void Body_ThrowsFatallyOnCancel_IsDoneNotCancelled()
    {
        LoopTask task = Loop.CreateTask(Fail());
        RunTurns();
        task.Cancel();
        Assert.Throws<FatalTestException>(() => RunTurns());
        Assert.True(task.IsDone);
        Assert.False(task.IsCancelled);
        Assert.IsType<FatalTestException>(task.GetException());

        static async Coroutine Fail()
        {
            try
            {
                await LoopTask.Sleep(TimeSpan.FromDays(1));
            }
            catch (LoopCanceledException)
            {
                throw new FatalTestException();
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Name_GivenNumberedOrSet_IsShown()
    {
        LoopTask named = Loop.CreateTask(LoopTask.Sleep(default), new TaskOptions { Name = "mine" });
        LoopTask numbered = Loop.CreateTask(LoopTask.Sleep(default));
        Assert.Equal("mine", named.Name);
        Assert.Matches("^Task-[0-9]+$", numbered.Name);
        Assert.Equal(numbered.Name, numbered.Name);
        numbered.Name = "yours";
        Assert.Contains("name='yours'", numbered.ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => numbered.Name = null!);
        RunTurns(2);
    }

    [Fact(Timeout = 30000)]
    public void ToString_Waiting_ShowsCoroutineAwaitedAndCancelling()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        LoopTask task = Loop.CreateTask(Wait(), new TaskOptions { Name = "w" });
        RunTurns();
        Assert.Same(future, task.WaitingFor);
        Assert.Matches(@"^<Task pending name='w' coro=.*Wait.* wait_for=<Future Pending>>$", task.ToString());
        Assert.Single(task.GetStack(), line => line.Contains("Wait", StringComparison.Ordinal));
        Assert.NotNull(task.Coroutine);
        task.Cancel();
        Assert.StartsWith("<Task cancelling pending", task.ToString(), StringComparison.Ordinal);
        RunTurns();
        Assert.StartsWith("<Task cancelled", task.ToString(), StringComparison.Ordinal);
        Assert.Empty(task.GetStack());
        Assert.Null(task.Coroutine);

        async Coroutine Wait() => await future;
    }

    [Fact(Timeout = 30000)]
    public void GetStack_Nested_IsInnermostFirst()
    {
        LoopTask task = Loop.CreateTask(Outer());
        RunTurns();
        Assert.Collection(
            task.GetStack(),
            line => Assert.Contains("Sleep", line, StringComparison.Ordinal),
            line => Assert.Contains("Inner", line, StringComparison.Ordinal),
            line => Assert.Contains("Outer", line, StringComparison.Ordinal));
        task.Cancel();
        RunTurns();

        static async Coroutine Outer() => await Inner();
        static async Coroutine Inner() => await LoopTask.Sleep(TimeSpan.FromDays(1));
    }

    [Fact(Timeout = 30000)]
    public void Close_TasksPending_ReportsEachOnceButNotThatOfRunUntilComplete()
    {
        LoopTask task = Loop.CreateTask(LoopTask.Sleep(TimeSpan.FromDays(1)));
        Loop.CallSoon(Loop.Stop);
        Assert.Throws<InvalidOperationException>(() => Loop.RunUntilComplete(LoopTask.Sleep(TimeSpan.FromDays(1))));
        Loop.Close();
        LoopErrorContext report = TakeReport();
        Assert.Equal("Task was destroyed but it is pending!", report.Message);
        Assert.Same(task, report.Task);
    }

    [Fact(Timeout = 30000)]
    public void TaskFactory_Custom_GetsEverythingAndItsTaskIsReturned()
    {
        var factory = new CountingFactory();
        Loop.TaskFactory = factory;
        var options = new TaskOptions { Name = "x" };
        LoopTask task = Loop.CreateTask(LoopTask.Sleep(default), options);
        LoopTask<int> typed = Loop.CreateTask(LoopTask.Sleep(default, 1), options);
        Assert.Equal(["x", "x"], factory.Names);
        Assert.Equal("x", typed.Name);
        Loop.TaskFactory = null;
        Loop.CreateTask(LoopTask.Sleep(default));
        Assert.Equal(2, factory.Names.Count);
        RunTurns(3);
        Assert.True(task.IsDone);
    }

    [Fact(Timeout = 30000)]
    public void TaskFactory_FailsOrReturnsNull_GivesTheCoroutineUp()
    {
        Loop.TaskFactory = new CountingFactory { Failure = new FormatException() };
        Coroutine coroutine = LoopTask.Sleep(default);
        Assert.Throws<FormatException>(() => Loop.CreateTask(coroutine));
        Assert.Contains("done", coroutine.ToString(), StringComparison.Ordinal);
        Loop.TaskFactory = new CountingFactory { ReturnsNull = true };
        Assert.Contains(nameof(CountingFactory), Assert.Throws<InvalidOperationException>(() => Loop.CreateTask(LoopTask.Sleep(default))).Message, StringComparison.Ordinal);
        Assert.Empty(LoopTask.All(Loop));
    }

    [Fact(Timeout = 30000)]
    public void Ensure_FutureItselfCoroutineAsTask()
    {
        LoopFuture<int> future = Loop.CreateFuture<int>();
        Assert.Same(future, LoopTask.Ensure(future));
        Assert.Same(future, LoopTask.Ensure(future, Loop));
        LoopFuture task = LoopTask.Ensure(LoopTask.Sleep(default, 1), Loop);
        Assert.IsType<LoopTask<int>>(task);
        Assert.Same(task, LoopTask.Ensure(task, Loop));
        using var other = new SelectorEventLoop();
        Assert.Throws<ArgumentException>(() => LoopTask.Ensure(future, other));
        Loop.RunUntilComplete(task);
    }

    private sealed class CountingFactory : ITaskFactory
    {
        internal List<string?> Names { get; } = [];

        internal Exception? Failure { get; init; }

        internal bool ReturnsNull { get; init; }

        public LoopTask Create(EventLoop loop, Coroutine coroutine, TaskOptions? options)
        {
            Names.Add(options?.Name);
            return Failure is not null ? throw Failure : ReturnsNull ? null! : TaskFactories.Default.Create(loop, coroutine, options);
        }

        public LoopTask<T> Create<T>(EventLoop loop, Coroutine<T> coroutine, TaskOptions? options)
        {
            Names.Add(options?.Name);
            return TaskFactories.Default.Create(loop, coroutine, options);
        }
    }
}
