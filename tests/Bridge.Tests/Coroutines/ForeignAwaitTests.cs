using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Bridge.Net;
using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Row W11: awaiting what is not of this library, always back on the loop thread.</summary>
public sealed class ForeignAwaitTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void Await_ForeignAwaitables_ComesBackToTheLoopThreadAndTask()
    {
        int loopThread = 0;
        Run(async Coroutine () =>
        {
            loopThread = Environment.CurrentManagedThreadId;
            LoopTask me = LoopTask.Current!;
            void Check()
            {
                Assert.Equal(loopThread, Environment.CurrentManagedThreadId);
                Assert.Same(me, LoopTask.Current);
                Assert.Same(Loop.SynchronizationContext, SynchronizationContext.Current);
            }

            using IDisposable hold = Time.Hold();
            Assert.Equal(1, await Task.Run(() => 1));
            Check();
            Assert.Equal(2, await new ValueTask<int>(Task.Run(() => 2)));
            Check();
            await Task.Run(() => { }).ConfigureAwait(false);
            Check();
            await Task.Yield();
            Check();
            Assert.Equal(3, await Elsewhere());
            Check();
            await Task.CompletedTask;
            Check();
            Assert.Equal(4, await Task.Run(() => 4).WaitAsync(TimeSpan.FromMinutes(1)));
            Check();
        });

        static async Task<int> Elsewhere()
        {
            await Task.Run(() => { }).ConfigureAwait(false);
            return 3;
        }
    }

    [Theory]
    [InlineData(CallBack.Inline)]
    [InlineData(CallBack.Twice)]
    [InlineData(CallBack.OtherThread)]
    public void Await_CustomAwaiter_GoesOnOnceInALaterTurn(CallBack how)
    {
        int resumed = 0;
        Run(async Coroutine () =>
        {
            using IDisposable hold = Time.Hold();
            await new Custom(how);
            resumed++;
            LoopFuture<int> future = Loop.CreateFuture<int>();
            Loop.CallSoon(() => Loop.CallSoon(() => future.SetResult(1)));
            await future;
            await Task.Run(() => { });
            resumed++;
        });
        RunTurns(3);
        Assert.Equal(2, resumed);
    }

    [Fact(Timeout = 30000)]
    public void Await_TwoDoubleCallersInARow_EachWaitIsItsOwn()
    {
        Run(async Coroutine () =>
        {
            using IDisposable hold = Time.Hold();
            await new Custom(CallBack.Twice);
            var gate = new TaskCompletionSource<int>();
            Loop.CallLater(TimeSpan.Zero, () => Loop.CallSoon(() => Loop.CallSoon(() => gate.SetResult(9))));
            Assert.Equal(9, await gate.Task);
        });
    }

    [Fact(Timeout = 30000)]
    public void Await_AwaiterThatRefuses_ThrowsIntoTheCoroutineAndItsLateCallIsIgnored()
    {
        Custom refusing = new(CallBack.Throw);
        Run(async Coroutine () =>
        {
            Exception? thrown = null;
            try
            {
                await refusing;
            }
            catch (NotSupportedException exception)
            {
                thrown = exception;
            }

            Assert.NotNull(thrown);
            LoopFuture<int> future = Loop.CreateFuture<int>();
            refusing.Kept!();
            Loop.CallSoon(() => Loop.CallSoon(() => future.SetResult(1)));
            Assert.Equal(1, await future);
        });
    }

    [Fact(Timeout = 30000)]
    public void Await_FailedTask_ThrowsTheSameObject()
    {
        var failure = new FormatException();
        Run(async Coroutine () =>
        {
            using IDisposable hold = Time.Hold();
            Exception? caught = null;
            try
            {
                await Task.Run(() => throw failure);
            }
            catch (FormatException exception)
            {
                caught = exception;
            }

            Assert.Same(failure, caught);
        });
    }

    [Fact(Timeout = 30000)]
    public void Await_CancelledTask_MakesTheTaskCancelled()
    {
        LoopTask task = Loop.CreateTask(Wait());
        RunTurns(2);
        Assert.True(task.IsCancelled);
        Assert.IsType<TaskCanceledException>(Record.Exception(() => task.GetException()));

        static async Coroutine Wait() => await Task.FromCanceled(new CancellationToken(true));
    }

    [Fact(Timeout = 30000)]
    public void Cancel_WhileAwaitingATask_FiresTheTokenAndArrivesAtTheNextOwnAwait()
    {
        var gate = new TaskCompletionSource();
        var steps = new List<string>();
        LoopTask task = Loop.CreateTask(Body());
        RunTurns();
        Assert.True(task.Cancel("now"));
        RunTurns(2);
        Assert.False(task.IsDone);
        Assert.True(task.CancellationToken.IsCancellationRequested);
        gate.SetResult();
        Assert.Throws<LoopCanceledException>(() => Loop.RunUntilComplete((LoopFuture)task));
        Assert.Equal(["foreign", "caught now"], steps);

        async Coroutine Body()
        {
            await gate.Task;
            steps.Add("foreign");
            try
            {
                await LoopTask.Sleep(TimeSpan.FromDays(1));
            }
            catch (LoopCanceledException exception)
            {
                steps.Add($"caught {exception.CancelMessage}");
                throw;
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Await_LoopInsideAnExclusiveScheduler_DoesNotWaitForThatScheduler()
    {
        var pair = new ConcurrentExclusiveSchedulerPair();
        Task<int> run = Task.Factory.StartNew(
            () => Loop.RunUntilComplete(Body()), CancellationToken.None, TaskCreationOptions.None, pair.ExclusiveScheduler);
        Assert.Equal(5, run.GetAwaiter().GetResult());

        static async Coroutine<int> Body() => await Task.Factory.StartNew(
            () => 5, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default);
    }

    [Fact(Timeout = 30000)]
    public void Complete_AfterTheLoopClosed_IsCountedAndThrowsNothing()
    {
        var gate = new TaskCompletionSource();
        LoopTask task = Loop.CreateTask(Wait(gate.Task));
        RunTurns();
        Loop.Close();
        Assert.Same(task, TakeReport().Task);
        OtherThread.Run(gate.SetResult);
        Assert.Equal(1, Loop.LateCompletions);

        static async Coroutine Wait(Task task) => await task;
    }

    public enum CallBack
    {
        Inline,
        Twice,
        OtherThread,
        Throw,
    }

    /// <summary>A ValueTask does not show whose it is; one of ours is waited for like any future of ours, and takes nothing that another wait needs.</summary>
    [Fact(Timeout = 30000)]
    public void Await_OwnAndForeignValueTasksInTurn_EachComesBackToItsTask()
    {
        Run(async Coroutine () =>
        {
            using IDisposable hold = Time.Hold();
            await LoopTask.Gather(Reader(1), Reader(2), Reader(3));
        });

        async Coroutine Reader(byte number)
        {
            var reader = new LoopStreamReader(loop: Loop);
            LoopTask me = LoopTask.Current!;
            for (int i = 0; i < 5; i++)
            {
                Loop.CallSoon(() => reader.FeedData([number]));
                ReadResult result = await reader.ReadAsync();
                Assert.Same(me, LoopTask.Current);
                Assert.Equal(number, result.Buffer.FirstSpan[0]);
                reader.AdvanceTo(result.Buffer.End);
                Assert.Equal(number, await new ValueTask<byte>(Task.Run(() => number)));
                Assert.Same(me, LoopTask.Current);
            }
        }
    }

    /// <summary>An awaiter that hands the callback to two sources of ours: the first that ends brings the task back.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Await_AwaiterOverTwoOwnValueTasks_TheFirstThatEndsCounts(int first)
    {
        Run(async Coroutine () =>
        {
            LoopStreamReader[] readers = [new(loop: Loop), new(loop: Loop)];
            ValueTask<ReadResult>[] reads = [readers[0].ReadAsync(), readers[1].ReadAsync()];
            Loop.CallSoon(() => readers[first].FeedData([1]));
            await new Either(reads[0], reads[1]);
            Assert.True(reads[first].IsCompleted);
            Assert.False(reads[1 - first].IsCompleted);
        });
    }

    private sealed class Either(ValueTask<ReadResult> one, ValueTask<ReadResult> other) : INotifyCompletion
    {
        public bool IsCompleted => false;

        public Either GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation)
        {
            one.GetAwaiter().OnCompleted(continuation);
            other.GetAwaiter().OnCompleted(continuation);
        }
    }

    private sealed class Custom(CallBack how) : INotifyCompletion
    {
        public Action? Kept { get; private set; }

        public bool IsCompleted => false;

        public Custom GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation)
        {
            Kept = continuation;
            switch (how)
            {
                case CallBack.Throw:
                    throw new NotSupportedException();
                case CallBack.OtherThread:
                    OtherThread.Run(continuation);
                    break;
                case CallBack.Twice:
                    continuation();
                    continuation();
                    break;
                default:
                    continuation();
                    break;
            }
        }
    }
}
