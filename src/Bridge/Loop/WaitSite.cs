using System.Diagnostics;

namespace Bridge;

/// <summary>Where a thread is blocked, read from its own stack: which call waits, and whose code made it.</summary>
internal sealed class WaitSite
{
    /// <summary>Waits of ours that are over in an instant, or that the method exists for. They are nobody's mistake.</summary>
    private static readonly string[] s_own = ["Bridge.EventLoopThread..ctor", "Bridge.GuestDriver.AwaitHelper"];

    private WaitSite(WaitKind kind, string call, string method, string key, string stack)
    {
        Kind = kind;
        Call = call;
        Method = method;
        Key = key;
        Stack = stack;
    }

    internal WaitKind Kind { get; }

    /// <summary>It waits in Monitor.Wait, as most of .NET's own waits do in the end.</summary>
    internal bool IsInMonitorWait { get; private init; }

    /// <summary>What blocks: <c>Task.Result</c>.</summary>
    internal string Call { get; }

    /// <summary>Who called it: the first method that is neither .NET's nor ours.</summary>
    internal string Method { get; }

    /// <summary>Tells this place in the code from others.</summary>
    internal string Key { get; }

    internal string Stack { get; }

    /// <summary>Reads the calling thread's stack, below the synchronization context's Wait.</summary>
    internal static WaitSite Capture()
    {
        var trace = new StackTrace(fNeedFileInfo: true);
        WaitKind kind = WaitKind.Other;
        string? call = null;
        bool inRuntime = false;
        bool isTask = false;
        bool isMonitor = false;
        (string Type, string Method)? own = null;
        for (int i = 0; i < trace.FrameCount; i++)
        {
            if (trace.GetFrame(i) is not { } frame || DiagnosticMethodInfo.Create(frame) is not { } method)
            {
                continue;
            }

            string type = method.DeclaringTypeName ?? "";
            if (IsRuntime(method))
            {
                inRuntime = true;
                isTask |= type.StartsWith("System.Threading.Tasks.Task", StringComparison.Ordinal);
                kind = KindOf(type, method.Name, isTask) is var found && found > kind ? found : kind;
                isMonitor |= type == "System.Threading.Monitor";
                if (own is null)
                {
                    call = NameOf(type, method.Name);
                }
            }
            else if (inRuntime)
            {
                if (!IsOurs(method))
                {
                    return Make((type, method.Name), frame.GetNativeOffset());
                }

                // A wait of the library's, which user code called for (ConcurrentFuture.GetResult) or nobody.
                kind = s_own.Contains($"{type}.{method.Name}") || kind == WaitKind.Lock ? WaitKind.Lock : WaitKind.Other;
                if (IsTurn(method))
                {
                    // Whoever runs the loop did not call for this wait.
                    return Make(own ?? (type, method.Name), 0);
                }

                call = NameOf(type, method.Name);
                own = (type, method.Name);
            }
        }

        // Without names nobody can tell a lock from a wait: be lenient.
        kind = call is null ? WaitKind.Lock : kind;
        return Make(own ?? ("", CodeName.Unknown), 0);

        WaitSite Make((string Type, string Method) site, int offset)
            => new(kind, call ?? CodeName.Unknown, CodeName.OfFrame(site.Type, site.Method), $"{site.Type}.{site.Method}+{offset}", trace.ToString()) { IsInMonitorWait = isMonitor };
    }

    private static WaitKind KindOf(string type, string method, bool isTask)
        => type switch
        {
            // By the word: .NET's own optimizing changes which inner methods show.
            "System.Threading.Monitor" when method.Contains("Enter", StringComparison.Ordinal) => WaitKind.Lock,
            "System.Threading.Lock" or "System.Threading.ReaderWriterLockSlim" or "System.GC" => WaitKind.Lock,
            _ => isTask ? WaitKind.Task : WaitKind.Other,
        };

    private static bool IsRuntime(DiagnosticMethodInfo method)
        => method.DeclaringAssemblyName is { } assembly
            && (assembly.StartsWith("System.", StringComparison.Ordinal) || assembly.StartsWith("Microsoft.Win32.", StringComparison.Ordinal));

    /// <summary>The loop itself: below it nobody has called for anything.</summary>
    private static bool IsTurn(DiagnosticMethodInfo method) => method.DeclaringTypeName == "Bridge.EventLoop" && method.Name is "Invoke" or "RunQueued" or "RunPosted" or "RunTurn" or "RunTurns";

    private static bool IsOurs(DiagnosticMethodInfo method)
        => method.DeclaringAssemblyName is { } assembly && CodeName.OfAssembly(assembly) is "Bridge" or "Bridge.Executors";

    /// <summary>The name under which people know the call.</summary>
    private static string NameOf(string type, string method) => method switch
    {
        "GetResultCore" or "get_Result" => "Task.Result",
        "HandleNonSuccessAndDebuggerNotification" or "ValidateEnd" => "GetAwaiter().GetResult()",
        "WaitOneNoCheck" => "WaitHandle.WaitOne",
        _ => CodeName.Of(type, method),
    };
}

/// <summary>What kind of wait it is; the greater one decides.</summary>
internal enum WaitKind
{
    /// <summary>An event, a thread, a queue.</summary>
    Other,

    /// <summary>A .NET task: it may need this very loop.</summary>
    Task,

    /// <summary>A contended lock, or something as innocent.</summary>
    Lock,
}
