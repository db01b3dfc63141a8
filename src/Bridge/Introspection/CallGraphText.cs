using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Bridge;

/// <summary>A call graph for people: a line for each future, its call stack, and who waits for it indented below.</summary>
internal static class CallGraphText
{
    /// <summary>Deeper levels are not indented further, but say how deep they are: the text of a long chain must not grow with its square.</summary>
    private const int DeepestIndent = 40;

    /// <summary>Numbers given to futures when they are first written; they stay the same.</summary>
    private static readonly ConditionalWeakTable<LoopFuture, object> s_numbers = [];
    private static long s_lastNumber;

    internal static string Of(FutureCallGraph root)
    {
        var text = new StringBuilder();
        var shown = new HashSet<FutureCallGraph>(ReferenceEqualityComparer.Instance);
        var left = new Stack<(FutureCallGraph Graph, int Level)>();
        left.Push((root, 0));
        while (left.TryPop(out (FutureCallGraph Graph, int Level) next))
        {
            (FutureCallGraph graph, int level) = next;
            var lines = new Lines(text, level);
            bool isFirst = shown.Add(graph);
            lines.Add($"* {Header(graph.Future)}{Remark(graph, isFirst, level)}");
            if (isFirst)
            {
                AddBelow(graph, lines);
                for (int i = graph.AwaitedBy.Count - 1; i >= 0; i--)
                {
                    left.Push((graph.AwaitedBy[i], level + 1));
                }
            }
        }

        return text.ToString();
    }

    private static void AddBelow(FutureCallGraph graph, Lines lines)
    {
        if (graph.CallStack.Count > 0)
        {
            lines.Add("  + Call stack:");
            foreach (FrameCallGraphEntry frame in graph.CallStack)
            {
                lines.Add($"  |   {Place(frame)}in {Tag(frame.Kind)}{frame.Method}()");
            }
        }

        if (graph.AwaitedBy.Count > 0)
        {
            lines.Add("  + Awaited by:");
        }
    }

    private static string Header(LoopFuture future)
    {
        string name = future is LoopTask task ? $"name='{task.Name}', " : "";
        object number = s_numbers.GetOrAdd(future, static _ => Interlocked.Increment(ref s_lastNumber));
        return string.Create(CultureInfo.InvariantCulture, $"{future.KindName}({name}id={number})");
    }

    private static string Remark(FutureCallGraph graph, bool isFirst, int level)
    {
        string depth = level > DeepestIndent ? string.Create(CultureInfo.InvariantCulture, $" at level {level}") : "";
        return graph.ClosesCircle ? depth + " waits in a circle: see above"
            : !isFirst && graph.CallStack.Count + graph.AwaitedBy.Count > 0 ? depth + " see above"
            : depth;
    }

    private static string Place(FrameCallGraphEntry frame)
        => frame.File is { } file ? string.Create(CultureInfo.InvariantCulture, $"File '{file}', line {frame.Line}, ") : "";

    private static string Tag(FrameKind kind) => kind switch
    {
        FrameKind.Async => "async ",
        FrameKind.AsyncIterator => "async generator ",
        _ => "",
    };

    /// <summary>Lines at one level.</summary>
    private readonly struct Lines(StringBuilder text, int level)
    {
        internal void Add(string line)
        {
            if (text.Length > 0)
            {
                text.Append('\n');
            }

            text.Append(' ', 4 * Math.Min(level, DeepestIndent)).Append(line);
        }
    }
}
