using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Notices that a coroutine was made and dropped without being awaited.</summary>
/// <remarks>
/// A finalizer on every coroutine would cost more than the coroutine. So, outside debug mode, the first coroutine of each async
/// method gets such a guard, and every 1024th after it: a forgotten await is still found, at its first run or soon after.
/// </remarks>
internal sealed class NeverAwaited
{
    /// <summary>One in this many coroutines of a method is guarded; a power of two.</summary>
    internal const int SampleEvery = 1024;

    /// <summary>The method's name, or the type of its state machine: a name is put together only when it is needed.</summary>
    private readonly object _method;
    private readonly EventLoop? _loop;
    private readonly string? _stack;

    internal NeverAwaited(object method, EventLoop? loop)
    {
        _method = method;
        _loop = loop;
        _stack = loop is { Debug: true } ? TracedCallback.CaptureStack() : null;
    }

    ~NeverAwaited()
    {
        string name = _method is Type stateMachine ? CodeName.OfStateMachine(stateMachine) : (string)_method;
        var context = new LoopErrorContext($"coroutine '{name}' was never awaited") { SourceStack = _stack };
        if (_loop is null)
        {
            Console.Error.WriteLine(context);
        }
        else
        {
            _loop.ReportFromFinalizer(context);
        }
    }

    /// <summary>Whether the coroutine that is made now gets a guard.</summary>
    /// <param name="number">How many its method has made before.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Picks(int number) => (number & (SampleEvery - 1)) == 0 || (EventLoop.AnyDebug && RunsInDebugMode());

    // Apart, for it is inlined into every async method.
    private static bool RunsInDebugMode() => RunningLoop.Current is { Debug: true };

    internal void Disarm() => GC.SuppressFinalize(this);
}
