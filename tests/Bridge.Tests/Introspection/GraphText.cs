using System.Runtime.CompilerServices;

namespace Bridge.Tests.Introspection;

/// <summary>Call graphs in a short form: "T(name) [a Inner, a Outer] (awaiter; awaiter)"; s for plain methods, a async, ag async iterators.</summary>
internal static class GraphText
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static (string Graph, string Text) CaptureHere(LoopFuture? future = null, int depth = 1)
    {
        string text = EventLoop.FormatCallGraph(future, depth);
        return (Of(EventLoop.CaptureCallGraph(future, depth)!), text);
    }

    internal static string Of(FutureCallGraph graph)
    {
        string name = graph.Future is LoopTask task ? $"T({task.Name})" : "F";
        string awaiters = string.Join("; ", graph.AwaitedBy.Select(Of).Order(StringComparer.Ordinal));
        string circle = graph.ClosesCircle ? "!" : "";
        return $"{name}{circle} [{string.Join(", ", graph.CallStack.Select(Of))}]" + (awaiters.Length > 0 ? $" ({awaiters})" : "");
    }

    /// <summary>The last part of the name only.</summary>
    private static string Of(FrameCallGraphEntry frame)
    {
        string tag = frame.Kind switch
        {
            FrameKind.Async => "a",
            FrameKind.AsyncIterator => "ag",
            _ => "s",
        };
        return $"{tag} {frame.Method[(frame.Method.LastIndexOf('.') + 1)..]}";
    }
}
