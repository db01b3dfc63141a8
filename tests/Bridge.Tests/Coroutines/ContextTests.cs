using Bridge.TestKit;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows C3, K20, K21: AsyncLocal values.</summary>
public sealed class ContextTests : LoopTest
{
    private readonly AsyncLocal<string?> _local = new();

    [Fact(Timeout = 30000)]
    public void Scheduling_EveryKind_CapturesTheContextOfTheCall()
    {
        var seen = new List<string?>();
        void See() => seen.Add(_local.Value);
        _local.Value = "here";
        Loop.CallSoon(See);
        Loop.CallLater(TimeSpan.Zero, See);
        Loop.CallAt(TimeSpan.Zero, _ => See(), null);
        OtherThread.Run(() => Loop.CallSoonThreadSafe(See));
        Loop.CreateTask(SeeInTask());
        _local.Value = "elsewhere";
        RunTurns(2);
        Assert.Equal(Enumerable.Repeat("here", 6), seen);

        async Coroutine SeeInTask()
        {
            See();
            await LoopTask.Yield();
            See();
        }
    }

    [Fact(Timeout = 30000)]
    public void Callback_ChangesIt_DoesNotLeakIntoTheNext()
    {
        string? seen = "unset";
        Loop.CallSoon(() => _local.Value = "leak");
        Loop.CallSoon(() => seen = _local.Value);
        RunTurns();
        Assert.Null(seen);
    }

    [Fact(Timeout = 30000)]
    public void Coroutine_OwnChanges_AreKeptAcrossAwaitsButNotSeenByCallers()
    {
        _local.Value = "root";
        Run(async Coroutine () =>
        {
            await Change(suspend: false);
            Assert.Equal("root", _local.Value);
            await Change(suspend: true);
            Assert.Equal("root", _local.Value);
            await LoopTask.Create(Change(suspend: true));
            Assert.Equal("root", _local.Value);
            await Task.Run(() => { });
            Assert.Equal("root", _local.Value);
        });

        async Coroutine Change(bool suspend)
        {
            Assert.Equal("root", _local.Value);
            _local.Value = "changed";
            if (suspend)
            {
                await LoopTask.Yield();
                await LoopTask.Sleep(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            Assert.Equal("changed", _local.Value);
        }
    }

    [Fact(Timeout = 30000)]
    public void Options_Context_IsUsed()
    {
        _local.Value = "given";
        ExecutionContext given = ExecutionContext.Capture()!;
        _local.Value = "here";
        var seen = new List<string?>();
        Loop.CreateTask(See(), new TaskOptions { Context = given });
        Loop.CallSoon(() => seen.Add(_local.Value), given);
        Loop.CallLater(TimeSpan.Zero, () => seen.Add(_local.Value), given);
        Loop.CallSoonThreadSafe(() => seen.Add(_local.Value), given);
        RunTurns(2);
        Assert.Equal(Enumerable.Repeat("given", 5), seen);

        async Coroutine See()
        {
            seen.Add(_local.Value);
            await LoopTask.Yield();
            seen.Add(_local.Value);
        }
    }

    [Fact(Timeout = 30000)]
    public void Scheduling_FlowSuppressed_RunsInTheDefaultContext()
    {
        string? seen = "unset";
        _local.Value = "here";
        using (ExecutionContext.SuppressFlow())
        {
            Loop.CallSoon(() => seen = _local.Value);
        }

        RunTurns();
        Assert.Null(seen);
    }

    [Fact(Timeout = 30000)]
    public void Await_InlineWhileFlowIsSuppressed_KeepsValuesAndSuppression()
    {
        Run(async Coroutine () =>
        {
            _local.Value = "mine";
            AsyncFlowControl control = ExecutionContext.SuppressFlow();
            await Nothing();
            Assert.Equal("mine", _local.Value);
            Assert.True(ExecutionContext.IsFlowSuppressed());
            control.Undo();
            Assert.Equal("mine", _local.Value);
        });

        static async Coroutine Nothing() => await Task.CompletedTask;
    }
}
