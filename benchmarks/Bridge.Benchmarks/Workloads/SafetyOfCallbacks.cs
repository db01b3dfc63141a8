using System.Runtime.CompilerServices;
using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>The batch of <see cref="CallSoonBatch"/> with the context handed over, by the public call or by what it calls once it has checked.</summary>
/// <remarks>What is left out: the compare of thread ids and that of the callback with null. A private method of the loop is reached for that.</remarks>
public sealed class CallSoonUnchecked(bool isChecked) : CallSoonBatch
{
    private readonly BridgeWorld _world = new();
    private readonly ExecutionContext? _context = AmbientContexts.Default();

    protected override void Pump(Action first) => _world.Run(first);

    protected override void Schedule(Action callback) => _world.Loop.CallSoon(callback, _context);

    protected override void ScheduleMany(Action callback, int count)
    {
        SelectorEventLoop loop = _world.Loop;
        ExecutionContext? context = _context;
        if (isChecked)
        {
            for (int i = 0; i < count; i++)
            {
                loop.CallSoon(callback, context);
            }
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                ScheduleUnchecked(loop, callback, null, context);
            }
        }
    }

    protected override void Finish() => _world.Loop.Stop();

    public override void Dispose() => _world.Dispose();

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Schedule")]
    private static extern Handle ScheduleUnchecked(EventLoop loop, object callback, object? state, ExecutionContext? context);
}

/// <summary>The same where the flow of the ambient context is suppressed, so that there is nothing to capture.</summary>
public sealed class CallSoonWithoutFlow : CallSoonBatch
{
    private readonly BridgeWorld _world = new();

    protected override void Pump(Action first) => _world.Run(first);

    protected override void Schedule(Action callback) => _world.Loop.CallSoon(callback);

    protected override void ScheduleMany(Action callback, int count)
    {
        SelectorEventLoop loop = _world.Loop;
        using AsyncFlowControl suppressed = ExecutionContext.SuppressFlow();
        for (int i = 0; i < count; i++)
        {
            loop.CallSoon(callback);
        }
    }

    protected override void Finish() => _world.Loop.Stop();

    public override void Dispose() => _world.Dispose();
}
