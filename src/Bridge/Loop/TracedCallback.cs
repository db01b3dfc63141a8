using System.Diagnostics;

namespace Bridge;

/// <summary>Debug mode's wrapper around a callback: remembers where it was scheduled.</summary>
internal sealed class TracedCallback : LoopWork
{
    /// <summary>As in asyncio: the ten innermost frames.</summary>
    private const int StackDepth = 10;

    private readonly EventLoop _loop;
    private readonly object _callback;
    private readonly object? _state;

    internal TracedCallback(EventLoop loop, object callback, object? state)
    {
        _loop = loop;
        _callback = callback;
        _state = state;
        Stack = CaptureStack();
    }

    internal string Stack { get; }

    internal static string CaptureStack()
    {
        var trace = new StackTrace(skipFrames: 2, fNeedFileInfo: true);
        return string.Join(Environment.NewLine, trace.ToString().Split(Environment.NewLine).Take(StackDepth));
    }

    internal override void Run() => EventLoop.Invoke(_callback, _state);

    internal override void AddDependents(List<DependentTask> found) => EventLoop.AddDependent(found, _callback, _state);

    internal override string Describe() => CallbackText.Of(_callback);
}
