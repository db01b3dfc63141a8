namespace Bridge.Benchmarks.Workloads;

/// <summary>So many tasks, each of which waits for a future of its own. One operation is one task: made, suspended, woken, done.</summary>
public sealed class SuspendedTasks(int tasks) : CoroutineWorkload
{
    private readonly LoopFuture<int>[] _futures = new LoopFuture<int>[tasks];

    protected override async Coroutine Body(int operations)
    {
        for (int left = operations; left > 0; left -= tasks)
        {
            LoopTask? last = null;
            for (int i = 0; i < tasks; i++)
            {
                _futures[i] = Loop.CreateFuture<int>();
                last = Loop.CreateTask(WaitFor(_futures[i]));
            }

            // After the first steps of all.
            await LoopTask.Yield();
            foreach (LoopFuture<int> future in _futures)
            {
                future.SetResult(1);
            }

            // They end in the order in which they were woken.
            await last!;
        }
    }

    private static async Coroutine WaitFor(LoopFuture<int> future) => await future;
}

/// <summary>So many tasks that wait for one event, all woken at once, again and again. One operation is one task: woken, and waiting again.</summary>
public sealed class TasksWokenByEvent(int tasks) : CoroutineWorkload
{
    private readonly LoopEvent _event = new();
    private LoopFuture<int>? _allRan;
    private int _left;
    private bool _ended;

    public override void Setup()
    {
        for (int i = 0; i < tasks; i++)
        {
            Loop.CreateTask(WaitAgainAndAgain());
        }

        Loop.RunUntilComplete(LoopTask.Sleep(TimeSpan.Zero));
    }

    protected override async Coroutine Body(int operations)
    {
        for (int left = operations; left > 0; left -= tasks)
        {
            _left = tasks;
            _allRan = Loop.CreateFuture<int>();
            _event.Set();
            _event.Clear();
            await _allRan;
        }
    }

    public override void Dispose()
    {
        _ended = true;
        Loop.RunUntilComplete(EndAll());
        base.Dispose();
    }

    private async Coroutine WaitAgainAndAgain()
    {
        await _event.Wait();
        while (!_ended)
        {
            if (--_left == 0)
            {
                _allRan!.SetResult(0);
            }

            await _event.Wait();
        }
    }

    private async Coroutine EndAll()
    {
        _event.Set();
        await LoopTask.Yield();
    }
}

/// <summary>So many coroutines gathered, each of which lets the others run once. One operation is one of them.</summary>
public sealed class GatheredCoroutines(int children) : CoroutineWorkload
{
    private readonly Coroutine<int>[] _children = new Coroutine<int>[children];

    protected override async Coroutine Body(int operations)
    {
        for (int left = operations; left > 0; left -= children)
        {
            for (int i = 0; i < children; i++)
            {
                _children[i] = YieldOnce(i);
            }

            await LoopTask.Gather<int>(_children);
        }
    }

    private static async Coroutine<int> YieldOnce(int number)
    {
        await LoopTask.Yield();
        return number;
    }
}
