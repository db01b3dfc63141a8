using Bridge.TestKit;

namespace Bridge.Tests.Interop;

/// <summary>Row W12; needs 4, 16.</summary>
public sealed class ContextAndSchedulerTests : IDisposable
{
    private static readonly AsyncLocal<string?> s_tenant = new();

    private readonly LoopHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact(Timeout = 30000)]
    public void Post_FromAnotherThread_RunsOnTheLoopInTheSendersAmbientContext()
    {
        s_tenant.Value = "sender";
        var seen = new TaskCompletionSource<(int, string?)>();
        _host.Loop.SynchronizationContext.Post(_ => seen.SetResult((Environment.CurrentManagedThreadId, s_tenant.Value)), null);
        Assert.Equal((_host.ThreadId, "sender"), seen.Task.WaitAsync(LoopHost.Limit).GetAwaiter().GetResult());
    }

    [Fact(Timeout = 30000)]
    public void Post_LoopClosed_IsDroppedAndCounted()
    {
        _host.Close();
        _host.Loop.SynchronizationContext.Post(_ => Assert.Fail("Never runs."), null);
        Assert.Equal(1, _host.Loop.LateCompletions);
        Assert.False(_host.Loop.TryCallSoonThreadSafe(() => { }));
        Assert.Throws<ObjectDisposedException>(() => _host.Loop.CallSoonThreadSafe(() => { }));
    }

    [Fact(Timeout = 30000)]
    public void Send_FromAnotherThread_WaitsAndGivesTheExceptionBack()
    {
        int thread = 0;
        _host.Loop.SynchronizationContext.Send(_ => thread = Environment.CurrentManagedThreadId, null);
        Assert.Equal(_host.ThreadId, thread);
        Exception caught = BorderContract.Catch(() => _host.Loop.SynchronizationContext.Send(_ => BorderContract.ThrowerOfTheBorderTests(), null));
        Assert.IsType<InvalidDataException>(caught);
        Assert.Contains(nameof(BorderContract.ThrowerOfTheBorderTests), caught.StackTrace, StringComparison.Ordinal);
        Assert.Empty(_host.Reports);
    }

    [Fact(Timeout = 30000)]
    public void Send_OnTheLoopThread_RunsInline() => _host.Do(() =>
    {
        bool ran = false;
        _host.Loop.SynchronizationContext.Send(_ => ran = true, null);
        Assert.True(ran);
    });

    [Fact(Timeout = 30000)]
    public void Send_LoopClosedOrCloses_ThrowsInsteadOfHanging()
    {
        var idle = new SelectorEventLoop();
        using var posted = new ManualResetEventSlim();
        Exception? seen = null;
        var sender = new Thread(() => seen = BorderContract.Catch(() => idle.SynchronizationContext.Send(_ => { }, null)));
        sender.Start();
        Assert.True(SpinWait.SpinUntil(() => idle.Posts == 1, LoopHost.Limit));
        idle.Close();
        Assert.True(sender.Join(LoopHost.Limit));
        Assert.IsType<ObjectDisposedException>(seen);
        Assert.Throws<ObjectDisposedException>(() => idle.SynchronizationContext.Send(_ => { }, null));
    }

    [Fact(Timeout = 30000)]
    public void AsyncVoid_Throws_IsReportedAndTheLoopLives()
    {
        _host.Loop.CallSoonThreadSafe(Fails);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                lock (_host.Reports)
                {
                    return _host.Reports.Count == 1;
                }
            },
            LoopHost.Limit));
        Assert.IsType<InvalidDataException>(_host.Reports[0].Exception);
        Assert.Equal(1, _host.Get(() => 1));

        static async void Fails()
        {
            await Task.Yield();
            throw new InvalidDataException("async void");
        }
    }

    [Fact(Timeout = 30000)]
    public void AsyncTask_OnTheLoop_ComesBackAfterEachAwait()
    {
        Task<bool> task = _host.Get(Work);
        Assert.True(task.WaitAsync(LoopHost.Limit).GetAwaiter().GetResult());

        async Task<bool> Work()
        {
            await Task.Run(() => { });
            bool home = Environment.CurrentManagedThreadId == _host.ThreadId;
            await Task.Yield();
            return home && Environment.CurrentManagedThreadId == _host.ThreadId;
        }
    }

    [Fact(Timeout = 30000)]
    public void TaskScheduler_StartNewAndContinueWith_LandOnTheLoopThread()
    {
        TaskScheduler scheduler = _host.Loop.TaskScheduler;
        Assert.Same(scheduler, _host.Loop.TaskScheduler);
        Assert.Equal(1, scheduler.MaximumConcurrencyLevel);
        Task<int> started = Task.Factory.StartNew(() => Environment.CurrentManagedThreadId, CancellationToken.None, TaskCreationOptions.None, scheduler);
        Assert.Equal(_host.ThreadId, started.WaitAsync(LoopHost.Limit).GetAwaiter().GetResult());
        Task<int> continued = Task.Run(() => { }).ContinueWith(_ => Environment.CurrentManagedThreadId, scheduler);
        Assert.Equal(_host.ThreadId, continued.WaitAsync(LoopHost.Limit).GetAwaiter().GetResult());
    }

    [Fact(Timeout = 30000)]
    public void TaskScheduler_WaitedForOnTheLoopThread_RunsInlineInsteadOfHanging() => _host.Do(() =>
    {
        Task<int> task = Task.Factory.StartNew(() => 5, CancellationToken.None, TaskCreationOptions.None, _host.Loop.TaskScheduler);
        Assert.Equal(5, task.GetAwaiter().GetResult());
    });

    [Fact(Timeout = 30000)]
    public void TaskScheduler_LoopClosed_StartingThrowsAndTheAntecedentIsUnharmed()
    {
        TaskScheduler scheduler = _host.Loop.TaskScheduler;
        var source = new TaskCompletionSource();
        Task continued = source.Task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, scheduler);
        _host.Close();
        var refused = Assert.Throws<TaskSchedulerException>(() => { _ = Task.Factory.StartNew(() => { }, CancellationToken.None, TaskCreationOptions.None, scheduler); });
        Assert.IsType<ObjectDisposedException>(refused.InnerException);
        source.SetResult();
        Assert.IsType<TaskSchedulerException>(continued.ContinueWith(task => task.Exception!.InnerException, TaskScheduler.Default).GetAwaiter().GetResult());
    }
}
