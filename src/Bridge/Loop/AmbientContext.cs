using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Captures and switches the ambient <see cref="ExecutionContext"/> (AsyncLocal values) for pennies when it is the default one.</summary>
/// <remarks>Inside Bridge null stands for the default context, so that the common case stores nothing and compares one reference.</remarks>
internal static class AmbientContext
{
    private static readonly ExecutionContext s_default = CaptureDefault();

    /// <summary>The context of a thread on which nobody set anything.</summary>
    internal static ExecutionContext Default => s_default;

    /// <summary>The context to run a callback scheduled now in; null if it is the default one or flow is suppressed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ExecutionContext? Capture()
    {
        ExecutionContext? current = ExecutionContext.Capture();
        return ReferenceEquals(current, s_default) ? null : current;
    }

    /// <summary>Makes <paramref name="wanted"/> the current context; does nothing if it is already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Switch(ExecutionContext? wanted)
    {
        wanted ??= s_default;
        if (!ReferenceEquals(ExecutionContext.Capture(), wanted))
        {
            ExecutionContext.Restore(wanted);
        }
    }

    /// <summary>Runs in a context and comes back to exactly what was there before, also if flow is suppressed there.</summary>
    internal static void RunIn(ExecutionContext? context, ContextCallback callback, object? state)
        => ExecutionContext.Run(context ?? s_default, callback, state);

    /// <summary>Only a thread started without flow is sure to see the shared default instance.</summary>
    private static ExecutionContext CaptureDefault()
    {
        ExecutionContext? captured = null;
        var thread = new Thread(() => captured = ExecutionContext.Capture()) { IsBackground = true, Name = "bridge-default-context" };
        thread.UnsafeStart();
        thread.Join();
        return captured!;
    }
}
