using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>Two coroutines that wake each other in turn through fresh futures. One operation is one such hand-over.</summary>
public sealed class PingPongOnBridge : CoroutineWorkload
{
    private LoopFuture<int>? _ping;
    private LoopFuture<int>? _pong;

    protected override async Coroutine Body(int operations)
    {
        int rounds = (operations + 1) / 2;
        _ping = Loop.CreateFuture<int>();
        _pong = Loop.CreateFuture<int>();
        LoopTask other = Loop.CreateTask(Answer(rounds));
        for (int i = 0; i < rounds; i++)
        {
            LoopFuture<int> answered = _pong;
            _ping.SetResult(i);
            await answered;
            _pong = Loop.CreateFuture<int>();
        }

        await other;
    }

    private async Coroutine Answer(int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            await _ping!;
            _ping = Loop.CreateFuture<int>();
            _pong!.SetResult(i);
        }
    }
}

/// <summary>The same with TaskCompletionSource.</summary>
public sealed class PingPongOnTasks(TaskWorld world) : TaskWorkload(world)
{
    private TaskCompletionSource<int>? _ping;
    private TaskCompletionSource<int>? _pong;

    protected override async Task Body(int operations)
    {
        int rounds = (operations + 1) / 2;
        _ping = Create();
        _pong = Create();
        Task other = Answer(rounds);
        for (int i = 0; i < rounds; i++)
        {
            TaskCompletionSource<int> answered = _pong;
            _ping.SetResult(i);
            await answered.Task;
        }

        await other;
    }

    private async Task Answer(int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            await _ping!.Task;
            TaskCompletionSource<int> answer = _pong!;

            // Both anew before the answer: on the pool the other side may go on at once.
            _ping = Create();
            _pong = Create();
            answer.SetResult(i);
        }
    }

    private static TaskCompletionSource<int> Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
