namespace Bridge.Executors;

/// <summary>Runs a piece of work in a captured context on this thread without a closure, and puts the thread's own context back.</summary>
internal readonly struct AmbientContext
{
    private readonly ExecutionContext _home;
    private readonly bool _wasSuppressed;

    private AmbientContext(ExecutionContext home, bool wasSuppressed)
    {
        _home = home;
        _wasSuppressed = wasSuppressed;
    }

    /// <summary>Enters <paramref name="context"/>; null keeps the thread's own context, which still gets its changes undone by Leave.</summary>
    internal static AmbientContext Enter(ExecutionContext? context)
    {
        // With flow suppressed the own context cannot be captured; an executor that runs its jobs inside Submit can meet this.
        bool suppressed = ExecutionContext.IsFlowSuppressed();
        if (suppressed)
        {
            ExecutionContext.RestoreFlow();
        }

        var home = ExecutionContext.Capture()!;
        if (context is not null)
        {
            ExecutionContext.Restore(context);
        }

        return new AmbientContext(home, suppressed);
    }

    internal void Leave()
    {
        ExecutionContext.Restore(_home);
        if (_wasSuppressed)
        {
            ExecutionContext.SuppressFlow();
        }
    }
}
