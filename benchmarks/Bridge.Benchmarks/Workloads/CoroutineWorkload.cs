using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>A workload that is one coroutine on a loop of ours.</summary>
public abstract class CoroutineWorkload : Workload
{
    private readonly BridgeWorld _world;
    private readonly Func<Coroutine> _start;
    private int _operations;

    protected CoroutineWorkload(EventLoopOptions? options = null)
    {
        _world = new BridgeWorld(options);
        _start = () => Body(_operations);
    }

    protected SelectorEventLoop Loop => _world.Loop;

    public sealed override void RunOnce(int operations)
    {
        _operations = operations;
        _world.Run(_start);
    }

    protected abstract Coroutine Body(int operations);

    public override void Dispose() => _world.Dispose();
}

/// <summary>The same as plain <c>async Task</c> code, in one of the worlds such code has.</summary>
public abstract class TaskWorkload : Workload
{
    private readonly TaskWorld _world;
    private readonly Func<Task> _start;
    private int _operations;

    protected TaskWorkload(TaskWorld world)
    {
        _world = world;
        _start = () => Body(_operations);
    }

    public sealed override void RunOnce(int operations)
    {
        _operations = operations;
        _world.Run(_start);
    }

    protected abstract Task Body(int operations);

    public override void Dispose() => _world.Dispose();
}
