namespace Bridge.Executors.Tests;

/// <summary>Row V8: any TaskScheduler as an executor.</summary>
public sealed class TaskSchedulerExecutorTests
{
    [Fact]
    public void Constructor_Null_Throws()
        => Assert.Throws<ArgumentNullException>("scheduler", () => new TaskSchedulerExecutor(null!));

    [Fact(Timeout = 30000)]
    public void Submit_DefaultScheduler_RunsOnTheThreadPool()
    {
        using var executor = new TaskSchedulerExecutor(TaskScheduler.Default);
        Assert.True(executor.Submit(() => Thread.CurrentThread.IsThreadPoolThread).GetResult());
    }

    [Fact(Timeout = 30000)]
    public void Submit_SchedulerRunsInline_WorksInsideTheCall()
    {
        using var executor = new TaskSchedulerExecutor(new InlineScheduler());
        var future = executor.Submit(() => Environment.CurrentManagedThreadId);
        Assert.True(future.IsDone);
        Assert.Equal(Environment.CurrentManagedThreadId, future.GetResult());
        using (ExecutionContext.SuppressFlow())
        {
            Assert.True(executor.Submit(() => !ExecutionContext.IsFlowSuppressed()).GetResult());
            Assert.True(ExecutionContext.IsFlowSuppressed());
        }
    }

    [Fact(Timeout = 30000)]
    public void Submit_SchedulerRefuses_ThrowsAndKeepsNothing()
    {
        using var executor = new TaskSchedulerExecutor(new RefusingScheduler());
        var caught = Assert.Throws<BrokenExecutorException>(() => executor.Submit(() => 1));
        Assert.IsType<FormatException>(caught.GetBaseException());
        Assert.True(executor.Shutdown(TimeSpan.Zero).IsComplete);
    }

    private sealed class InlineScheduler : TaskScheduler
    {
        protected override IEnumerable<Task> GetScheduledTasks() => [];

        protected override void QueueTask(Task task) => TryExecuteTask(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);
    }

    private sealed class RefusingScheduler : TaskScheduler
    {
        protected override IEnumerable<Task> GetScheduledTasks() => [];

        protected override void QueueTask(Task task) => throw new FormatException("full");

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;
    }
}
