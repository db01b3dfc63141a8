using Bridge.Executors;
using Bridge.TestKit;

namespace Bridge.Tests.Interop;

/// <summary>Needs 5 and 6: what cancelling does to a blocking call that runs.</summary>
public sealed class JobEndingTests : LoopTest
{
    private readonly ThreadPoolExecutor _executor = new(1);
    private readonly ManualResetEventSlim _started = new();
    private readonly ManualResetEventSlim _go = new();
    private bool _cancelled;

    [Fact(Timeout = 30000)]
    public void WaitForExit_Cancelled_TaskEndsOnlyWhenTheFunctionHas() => Run(async Coroutine () =>
    {
        bool tokenFired = false;
        bool ended = false;
        LoopTask<int> task = LoopTask.Create(Await(Loop.RunInExecutor(
            _executor,
            token =>
            {
                _started.Set();
                token.WaitHandle.WaitOne();
                tokenFired = token.IsCancellationRequested;
                _go.Wait(CancellationToken.None);
                ended = true;
                return 1;
            },
            JobEnding.WaitForExit)));
        await Started();
        Assert.True(task.Cancel("enough"));
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.False(task.IsDone);
        _go.Set();
        await RunInExecutorTests.Settled(task);
        Assert.True(tokenFired);
        Assert.True(ended);
        Assert.Equal("enough", Assert.IsType<LoopCanceledException>(BorderContract.Catch(() => task.GetResult())).CancelMessage);
    });

    [Fact(Timeout = 30000)]
    public void Interrupt_FunctionBlocks_IsFreedAndTheTaskIsCancelled() => Run(async Coroutine () =>
    {
        bool interrupted = false;
        LoopTask<int> task = LoopTask.Create(Await(Loop.RunInExecutor(
            _executor,
            int (_) =>
            {
                try
                {
                    _started.Set();
                    _go.Wait(CancellationToken.None);
                }
                catch (ThreadInterruptedException)
                {
                    interrupted = true;
                    throw;
                }

                return 1;
            },
            JobEnding.Interrupt)));
        await Started();
        task.Cancel();
        await RunInExecutorTests.Settled(task);
        Assert.True(task.IsCancelled);
        Assert.True(interrupted);
        Assert.Equal(1, await Loop.RunInExecutor(_executor, () => Waits(1)));
    });

    [Fact(Timeout = 30000)]
    public void Interrupt_FunctionDoesNotNotice_StrikesNobodyElse() => Run(async Coroutine () =>
    {
        LoopFuture<int> future = Loop.RunInExecutor(
            _executor,
            token =>
            {
                _started.Set();
                SpinWait.SpinUntil(() => Volatile.Read(ref _cancelled));
                return 1;
            },
            JobEnding.Interrupt);
        await Started();
        future.Cancel();
        Volatile.Write(ref _cancelled, true);
        await RunInExecutorTests.Settled(future);
        Assert.True(future.IsCancelled);
        Assert.Equal(2, await Loop.RunInExecutor(_executor, () => Waits(2)));
    });

    [Fact(Timeout = 30000)]
    public void Abandon_Cancelled_IsDoneAtOnce() => Run(async Coroutine () =>
    {
        LoopFuture future = Loop.RunInExecutor(
            _executor,
            _ =>
            {
                _started.Set();
                _go.Wait(CancellationToken.None);
            },
            JobEnding.Abandon);
        await Started();
        future.Cancel();
        Assert.True(future.IsCancelled);
        _go.Set();
    });

    [Theory(Timeout = 30000)]
    [InlineData(JobEnding.WaitForExit)]
    [InlineData(JobEnding.Interrupt)]
    public void Queued_Cancelled_IsDoneAtOnceAndNeverRuns(JobEnding ending) => Run(async Coroutine () =>
    {
        LoopFuture first = Loop.RunInExecutor(_executor, () =>
        {
            _started.Set();
            _go.Wait(CancellationToken.None);
        });
        await Started();
        bool ran = false;
        LoopFuture second = Loop.RunInExecutor(_executor, _ => { ran = true; }, ending);
        Assert.True(second.Cancel());
        Assert.True(second.IsCancelled);
        Assert.False(second.Cancel());
        _go.Set();
        await first;
        await Loop.RunInExecutor(_executor, () => { });
        Assert.False(ran);
    });

    [Fact(Timeout = 30000)]
    public void WaitForExit_FunctionFailsAfterTheCancel_IsReported()
    {
        var failure = new InvalidDataException();
        Run(async Coroutine () =>
        {
            LoopFuture future = Loop.RunInExecutor(
                _executor,
                _ =>
                {
                    _started.Set();
                    _go.Wait(CancellationToken.None);
                    throw failure;
                },
                JobEnding.WaitForExit);
            await Started();
            Assert.True(future.Cancel());
            Assert.True(future.Cancel());
            _go.Set();
            await RunInExecutorTests.Settled(future);
            Assert.True(future.IsCancelled);
        });
        Assert.Same(failure, TakeReport().Exception);
    }

    [Fact(Timeout = 30000)]
    public void BadCalls_ThrowAtOnce()
    {
        Assert.Throws<ArgumentOutOfRangeException>("whenCancelled", () => Loop.RunInExecutor(null, _ => 1, (JobEnding)7));
        Assert.Throws<ArgumentNullException>("function", () => Loop.RunInExecutor(null, (Func<CancellationToken, int>)null!, JobEnding.Abandon));
        Assert.Throws<ArgumentNullException>("action", () => Loop.RunInExecutor(null, (Action<CancellationToken>)null!, JobEnding.Abandon));
    }

    protected override void Dispose(bool disposing)
    {
        _go.Set();
        _executor.Shutdown();
        base.Dispose(disposing);
        _started.Dispose();
        _go.Dispose();
    }

    private static async Coroutine<int> Await(LoopFuture<int> future) => await future;

    private static int Waits(int result)
    {
        object nobodyPulses = new();
        lock (nobodyPulses)
        {
            Monitor.Wait(nobodyPulses, 0);
        }

        return result;
    }

    private async Coroutine Started() => await LoopTask.ToThread(() => _started.Wait());
}
