using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>The call stack of the task whose step runs in this thread: first the thread's own, then the coroutines that wait for it.</summary>
/// <remarks>
/// What was inlined into its caller has no frame of its own. Frames of the machinery are left out: this library's but for its coroutines,
/// the runtime's builders, and the stub that starts an async method.
/// </remarks>
internal static class RunningStack
{
    private static readonly string s_library = typeof(LoopTask).Assembly.GetName().Name!;
    private static readonly string s_engine = typeof(LoopTask).FullName!;

    /// <summary>Innermost first, beginning with the caller of the library.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static List<FrameCallGraphEntry> Of(LoopTask current)
    {
        List<FrameCallGraphEntry> frames = OfThread() ?? [new FrameCallGraphEntry(CodeName.Unknown, FrameKind.Method)];

        // The one the loop has resumed is on the thread's stack, as the last one; those outside it wait. If what this step called has taken
        // the innermost coroutine along into a task of its own (LoopTask.MoveOut), they cannot be found.
        Coroutine? resumed = current.CoroutineStack().FirstOrDefault();
        for (Coroutine? waiting = resumed is { IsRunning: true } ? resumed.Parent : null; waiting is not null; waiting = waiting.Parent)
        {
            frames.Add(CallGraphBuilder.EntryOf(waiting));
        }

        return frames;
    }

    /// <summary>Down to where the task's step began; null if that is not to be seen, because the program has no names.</summary>
    private static List<FrameCallGraphEntry>? OfThread()
    {
        var frames = new List<FrameCallGraphEntry>();
        string? stub = null;
        foreach (StackFrame frame in new StackTrace(fNeedFileInfo: true).GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is not { } method)
            {
                frames.Add(new FrameCallGraphEntry(CodeName.Unknown, FrameKind.Method));
                continue;
            }

            string type = method.DeclaringTypeName ?? "";
            bool isOurs = CodeName.OfAssembly(method.DeclaringAssemblyName).SequenceEqual(s_library);
            if (isOurs && type == s_engine && method.Name == LoopTask.StepMethod)
            {
                return frames;
            }

            string? asyncMethod = CodeName.MethodOf(type);
            if (asyncMethod is not null)
            {
                if (method.Name == "MoveNext")
                {
                    frames.Add(Entry(CodeName.OfStateMachine(type), KindOf(frame), frame));
                    stub = NameIn(CodeName.OuterOf(type), asyncMethod);
                }
            }
            else if (!isOurs && !IsMachinery(type))
            {
                if (NameIn(type, method.Name) != stub)
                {
                    frames.Add(Entry(CodeName.Of(type, method.Name), FrameKind.Method, frame));
                }

                stub = null;
            }
        }

        return null;
    }

    private static FrameCallGraphEntry Entry(string method, FrameKind kind, StackFrame frame)
        => frame.GetFileName() is { } file && frame.GetFileLineNumber() is > 0 and var line ? new(method, kind, file, line) : new(method, kind);

    private static string NameIn(string type, string method) => $"{type}+{method}";

    private static bool IsMachinery(string type)
        => type.StartsWith("System.Runtime.CompilerServices.", StringComparison.Ordinal) || type.StartsWith("System.Threading.ExecutionContext", StringComparison.Ordinal);

    /// <summary>A name cannot tell an async method from an iterator; the type can, if it is known at run time. If not, an async method is the likelier one.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A method that was trimmed away is taken for an async one; nothing else depends on it.")]
    private static FrameKind KindOf(StackFrame frame)
    {
        if (frame.GetMethod()?.DeclaringType is not { } type)
        {
            return FrameKind.Async;
        }

        return !type.IsAssignableTo(typeof(IAsyncStateMachine)) ? FrameKind.Method
            : type.IsAssignableTo(typeof(IAsyncDisposable)) ? FrameKind.AsyncIterator
            : FrameKind.Async;
    }
}
