using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>Batches of callbacks scheduled with so many different AsyncLocal values in turn: 0 is the default context.</summary>
/// <remarks>With one value every callback runs in the context of the one before; with two the loop changes contexts each time.</remarks>
/// <param name="values">How many.</param>
/// <param name="handOver">Hand the contexts over instead of having the loop capture them; several are always handed over.</param>
public sealed class ContextsOnBridge(int values, bool handOver = false) : Workload
{
    private const int BatchSize = 1000;

    private static readonly AsyncLocal<object?> s_value = new();

    private readonly BridgeWorld _world = new();
    private readonly ExecutionContext?[] _contexts = values == 0 && handOver ? [AmbientContexts.Default()] : AmbientContexts.Make(s_value, values);
    private readonly bool _handOver = handOver || values > 1;
    private int _left;

    public override void RunOnce(int operations)
    {
        _left = operations;
        _world.Run(Refill);
    }

    public override void Dispose() => _world.Dispose();

    private void Refill()
    {
        if (_left <= 0)
        {
            _world.Loop.Stop();
            return;
        }

        SelectorEventLoop loop = _world.Loop;
        Action callback = AmbientContexts.Nothing;
        ExecutionContext?[] contexts = _contexts;
        for (int i = 0; i < BatchSize; i++)
        {
            // One value: captured, as a plain call does. Several: handed over, so that the cost of setting the value is not measured.
            if (_handOver)
            {
                loop.CallSoon(callback, contexts[i % contexts.Length]);
            }
            else
            {
                loop.CallSoon(callback);
            }
        }

        _left -= BatchSize;
        loop.CallSoon(Refill, contexts.Length == 0 ? null : contexts[0]);
    }
}

/// <summary>The same as work items of the pool, which carry the context too.</summary>
public sealed class ContextsOnPool(int values) : Workload
{
    private const int BatchSize = 1000;

    private static readonly AsyncLocal<object?> s_value = new();

    private readonly ManualResetEventSlim _done = new();
    private readonly int _values = values;
    private int _left;

    /// <summary>Items of the batch still to run; pool threads count it down (interlocked), the one that reaches zero owns the next batch.</summary>
    private int _running;

    public override void RunOnce(int operations)
    {
        _left = operations;
        _done.Reset();
        ThreadPool.UnsafeQueueUserWorkItem(
            static self =>
            {
                if (self._values > 0)
                {
                    s_value.Value = self;
                }

                self.Refill();
            },
            this,
            preferLocal: false);
        _done.Wait();
    }

    public override void Dispose() => _done.Dispose();

    private void Refill()
    {
        if (_left <= 0)
        {
            _done.Set();
            return;
        }

        _left -= BatchSize;
        Volatile.Write(ref _running, BatchSize);
        for (int i = 0; i < BatchSize; i++)
        {
            ThreadPool.QueueUserWorkItem(
                static self =>
                {
                    if (Interlocked.Decrement(ref self._running) == 0)
                    {
                        self.Refill();
                    }
                },
                this,
                preferLocal: false);
        }
    }
}

/// <summary>Contexts to run in.</summary>
internal static class AmbientContexts
{
    internal static readonly Action Nothing = static () => { };

    /// <summary>The context of a thread on which nobody set anything.</summary>
    internal static ExecutionContext? Default()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return context;
    }

    internal static ExecutionContext?[] Make(AsyncLocal<object?> local, int values)
    {
        var contexts = new ExecutionContext?[values];
        object? before = local.Value;
        for (int i = 0; i < values; i++)
        {
            local.Value = $"value {i}";
            contexts[i] = ExecutionContext.Capture();
        }

        local.Value = before;
        return contexts;
    }
}
