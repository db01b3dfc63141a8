using System.Runtime.CompilerServices;
using Bridge.Executors;

namespace Bridge;

/// <summary>Captures and switches the ambient <see cref="ExecutionContext"/> (AsyncLocal values) for pennies when it is the default one.</summary>
/// <remarks>Inside Bridge null stands for the default context, so that the common case stores nothing and compares one reference.</remarks>
internal static class AmbientContext
{
    private static readonly (ExecutionContext Default, bool HasField) s_found = OnFreshThread();

    private static readonly ExecutionContext s_default = s_found.Default;

    /// <summary>Whether <see cref="FieldOf"/> works in this runtime and says the same as its public members.</summary>
    private static readonly bool s_hasField = s_found.HasField;

    /// <summary>The context of a thread on which nobody set anything.</summary>
    internal static ExecutionContext Default => s_default;

    /// <summary>Whether the current context is read from the thread, not asked of the runtime.</summary>
    internal static bool HasField => s_hasField;

    /// <summary>The context to run a callback scheduled now in; null if it is the default one or flow is suppressed.</summary>
    internal static ExecutionContext? Capture()
    {
        ExecutionContext? current = ExecutionContext.Capture();
        return ReferenceEquals(current, s_default) ? null : current;
    }

    /// <summary>The same with the lineage of the executor's job that runs here, if one does: for what goes to another thread.</summary>
    internal static ExecutionContext? CaptureWithLineage()
    {
        ExecutionContext? current = JobLineage.CaptureContext();
        return ReferenceEquals(current, s_default) ? null : current;
    }

    /// <summary>The same for code that has the current thread at hand: 3 ns less, the price of finding it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ExecutionContext? Capture(Thread here) => IsDefault(here) ? null : Capture();

    /// <summary>Makes <paramref name="wanted"/> the current context; does nothing if it is already.</summary>
    internal static void Switch(ExecutionContext? wanted)
    {
        wanted ??= s_default;
        if (!ReferenceEquals(ExecutionContext.Capture(), wanted))
        {
            ExecutionContext.Restore(wanted);
        }
    }

    /// <summary>The same for code that has the current thread at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Switch(Thread here, ExecutionContext? wanted)
    {
        if (wanted is null || ReferenceEquals(wanted, s_default) ? !IsDefault(here) : !s_hasField || !ReferenceEquals(FieldOf(here), wanted))
        {
            Switch(wanted);
        }
    }

    /// <summary>Runs in a context and comes back to exactly what was there before, also if flow is suppressed there.</summary>
    internal static void RunIn(ExecutionContext? context, ContextCallback callback, object? state)
        => ExecutionContext.Run(context ?? s_default, callback, state);

    /// <summary>True: the current context is the default one. False: ask <see cref="ExecutionContext.Capture"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsDefault(Thread here)
    {
        if (!s_hasField)
        {
            return false;
        }

        ExecutionContext? current = FieldOf(here);
        return current is null || ReferenceEquals(current, s_default);
    }

    /// <summary>
    /// Where the runtime keeps a thread's context. Reading it spares the thread static behind the public way, twice per callback. A private
    /// field may go: then <see cref="s_hasField"/> is false and nothing else changes. Only ever read.
    /// </summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_executionContext")]
    private static extern ref ExecutionContext? FieldOf(Thread thread);

    /// <summary>Only a thread started without flow is sure to see the shared default instance.</summary>
    private static (ExecutionContext Default, bool HasField) OnFreshThread()
    {
        ExecutionContext? captured = null;
        bool hasField = false;
        var thread = new Thread(() =>
        {
            captured = ExecutionContext.Capture();
            try
            {
                hasField = FieldFollows(Thread.CurrentThread, captured!);
            }
            catch (MissingFieldException)
            {
                // Another runtime: the public way it is.
            }
        })
        {
            IsBackground = true,
            Name = "bridge-default-context",
        };
        thread.UnsafeStart();
        thread.Join();
        return (captured!, hasField);
    }

    /// <summary>Sees the field follow an AsyncLocal and a suppressed flow, there and back.</summary>
    private static bool FieldFollows(Thread here, ExecutionContext defaultContext)
    {
        bool IsUntouched() => FieldOf(here) is not { } context || ReferenceEquals(context, defaultContext);

        bool follows = IsUntouched();
        AsyncFlowControl flow = ExecutionContext.SuppressFlow();
        follows &= !IsUntouched();
        flow.Undo();
        follows &= IsUntouched();
        var local = new AsyncLocal<bool> { Value = true };
        follows &= ReferenceEquals(FieldOf(here), ExecutionContext.Capture());
        local.Value = false;
        return follows;
    }
}
