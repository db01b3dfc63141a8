using Bridge.TestKit;
using static Bridge.Tests.Synchronization.Script;

namespace Bridge.Tests.Synchronization;

/// <summary>Row AI7.</summary>
public sealed class LoopBarrierTests : LoopTest
{
    private const int Parties = 5;
    private readonly LoopBarrier _barrier = new(Parties);
    private readonly List<int> _places = [];

    [Fact(Timeout = 30000)]
    public void Constructor_Parties_AreCheckedAndShown()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LoopBarrier(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LoopBarrier(-5));
        Assert.Equal(Parties, _barrier.Parties);
        Assert.Equal(0, _barrier.WaitingCount);
        Assert.False(_barrier.IsBroken);
        Assert.Equal("<LoopBarrier filling waiters=0/5>", _barrier.ToString());
    }

    [Fact(Timeout = 30000)]
    public void Wait_OneParty_GoesOnAtOnceEachTime() => Run(async Coroutine () =>
    {
        var barrier = new LoopBarrier(1);
        Assert.Equal(0, await barrier.Wait());
        Assert.Equal(0, await barrier.Wait());
        Assert.Equal("<LoopBarrier filling waiters=0/1>", barrier.ToString());
    });

    [Fact(Timeout = 30000)]
    public void Wait_TaskByTask_CountsThemAndLetsAllThroughTogether() => Run(async Coroutine () =>
    {
        List<LoopTask> tasks = [];
        for (int i = 0; i < Parties - 1; i++)
        {
            tasks.Add(Enter());
            await Turns();
            Assert.Equal(i + 1, _barrier.WaitingCount);
        }

        Assert.Empty(_places);
        Assert.Equal(Parties - 1, await _barrier.Wait());
        Assert.Equal("<LoopBarrier draining waiters=0/5>", _barrier.ToString());
        Assert.Equal(0, _barrier.WaitingCount);
        await AllDone([.. tasks]);
        Assert.Equal([0, 1, 2, 3], _places);
        Assert.Equal("<LoopBarrier filling waiters=0/5>", _barrier.ToString());
    });

    [Fact(Timeout = 30000)]
    public void Wait_Twice_FillsAgain() => Run(async Coroutine () =>
    {
        LoopTask[] tasks = [.. Enumerable.Range(0, Parties).Select(_ => Loop.CreateTask(Twice()))];
        await AllDone(tasks);
        Assert.Equal(Enumerable.Range(0, Parties).Concat(Enumerable.Range(0, Parties)), _places.Take(Parties).Order().Concat(_places.Skip(Parties).Order()));

        async Coroutine Twice()
        {
            _places.Add(await _barrier.Wait());
            _places.Add(await _barrier.Wait());
        }
    });

    [Fact(Timeout = 30000)]
    public void Wait_WhileDraining_WaitsOutsideForTheNextRound() => Run(async Coroutine () =>
    {
        // CPython's test_blocking_tasks_while_draining.
        List<LoopTask> first = [.. Enumerable.Range(0, Parties - 1).Select(_ => Enter())];
        await Turns();
        await _barrier.Wait();
        List<LoopTask> second = [.. Enumerable.Range(0, Parties - 1).Select(_ => Enter(new TaskOptions { EagerStart = true }))];
        Assert.Equal(0, _barrier.WaitingCount);
        Assert.Empty(_places);
        await AllDone([.. first]);
        await Turns(2);
        Assert.Equal(4, _places.Count);
        Assert.Equal(Parties - 1, _barrier.WaitingCount);
        await _barrier.Wait();
        await AllDone([.. second]);
        Assert.Equal([0, 1, 2, 3, 0, 1, 2, 3], _places);
    });

    [Fact(Timeout = 30000)]
    public void Wait_OneCancelled_LeavesAndPlacesStayDistinct() => Run(async Coroutine () =>
    {
        LoopTask cancelled = Enter();
        List<LoopTask> tasks = [Enter(), Enter()];
        await Turns();
        cancelled.Cancel();
        await FailureOf(cancelled);
        Assert.Equal(2, _barrier.WaitingCount);
        tasks.Add(Enter());
        tasks.Add(Enter());
        tasks.Add(Enter());
        await AllDone([.. tasks]);
        Assert.Equal([0, 1, 2, 3, 4], _places.Order());
        Assert.False(_barrier.IsBroken);
    });

    [Fact(Timeout = 30000)]
    public void Wait_CancelledOutside_DoesNotCount() => Run(async Coroutine () =>
    {
        List<LoopTask> tasks = [.. Enumerable.Range(0, Parties - 1).Select(_ => Enter())];
        await Turns();
        await _barrier.Wait();
        LoopTask outside = Enter(new TaskOptions { EagerStart = true });
        outside.Cancel();
        await AllDone([.. tasks]);
        Assert.IsType<LoopCanceledException>(await FailureOf(outside));
        Assert.Equal(0, _barrier.WaitingCount);
    });

    [Fact(Timeout = 30000)]
    public void Reset_Empty_ChangesNothing()
    {
        _barrier.Reset();
        Assert.False(_barrier.IsBroken);
        Assert.Equal(0, _barrier.WaitingCount);
    }

    [Fact(Timeout = 30000)]
    public void Reset_TasksWait_BreaksTheirsAndIsUsableAgain() => Run(async Coroutine () =>
    {
        // CPython's test_reset_barrier_while_tasks_waiting and ..._and_waiting_again: newcomers come in after those inside have left.
        List<LoopTask> tasks = [.. Enumerable.Range(0, Parties - 1).Select(_ => Enter())];
        await Turns();
        _barrier.Reset();
        Assert.Equal("<LoopBarrier resetting waiters=0/5>", _barrier.ToString());
        LoopTask newcomer = Enter(new TaskOptions { EagerStart = true });
        foreach (LoopTask task in tasks)
        {
            Assert.IsType<BarrierBrokenException>(await FailureOf(task));
        }

        await Turns();
        Assert.False(_barrier.IsBroken);
        Assert.Equal(1, _barrier.WaitingCount);
        List<LoopTask> again = [.. Enumerable.Range(0, Parties - 1).Select(_ => Enter())];
        await AllDone([newcomer, .. again]);
        Assert.Equal([0, 1, 2, 3, 4], _places.Order());
    });

    [Fact(Timeout = 30000)]
    public void Reset_WhileDraining_BreaksWhoIsStillInside() => Run(async Coroutine () =>
    {
        // CPython's test_reset_barrier_when_tasks_half_draining.
        int broken = 0;
        int passed = 0;
        LoopTask[] tasks = [.. Enumerable.Range(0, Parties).Select(_ => Loop.CreateTask(ResetAfterTwo()))];
        await AllDone(tasks);
        Assert.Equal(2, passed);
        Assert.Equal(Parties - 2, broken);
        Assert.Equal(0, _barrier.WaitingCount);
        Assert.False(_barrier.IsBroken);

        async Coroutine ResetAfterTwo()
        {
            try
            {
                await _barrier.Wait();
                if (++passed == 2)
                {
                    _barrier.Reset();
                }
            }
            catch (BarrierBrokenException)
            {
                broken++;
            }
        }
    });

    [Fact(Timeout = 30000)]
    public void Abort_TasksWait_BreaksAllUntilReset() => Run(async Coroutine () =>
    {
        LoopTask inside = Enter();
        await Turns();
        _barrier.Abort();
        var failure = Assert.IsType<BarrierBrokenException>(await FailureOf(inside));
        Assert.Contains("<LoopBarrier broken>", failure.Message, StringComparison.Ordinal);
        Assert.True(_barrier.IsBroken);
        Assert.Equal(0, _barrier.WaitingCount);
        Assert.IsType<BarrierBrokenException>(await FailureOf(_barrier.Wait()));
        _barrier.Reset();
        Assert.False(_barrier.IsBroken);
        await AllDone([.. Enumerable.Range(0, Parties).Select(_ => Enter())]);
        Assert.Equal([0, 1, 2, 3, 4], _places.Order());
    });

    [Fact(Timeout = 30000)]
    public void Abort_WhileDrainingAndBlocking_BreaksInsideAndOutside() => Run(async Coroutine () =>
    {
        // CPython's test_abort_barrier_when_tasks_half_draining_half_blocking.
        List<LoopTask> tasks = [.. Enumerable.Range(0, Parties - 1).Select(_ => Enter())];
        await Turns();
        await _barrier.Wait();
        tasks.Add(Enter(new TaskOptions { EagerStart = true }));
        _barrier.Abort();
        foreach (LoopTask task in tasks)
        {
            Assert.IsType<BarrierBrokenException>(await FailureOf(task));
        }

        Assert.True(_barrier.IsBroken);
        Assert.Empty(_places);
    });

    private LoopTask Enter(TaskOptions? options = null)
    {
        return Loop.CreateTask(Pass(), options);

        async Coroutine Pass() => _places.Add(await _barrier.Wait());
    }
}
