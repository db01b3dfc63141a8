namespace Bridge;

/// <summary>Which loop runs in, and which is installed for, the calling thread.</summary>
internal static class RunningLoop
{
    /// <summary>The loop whose RunForever is on this thread's stack.</summary>
    [ThreadStatic]
    private static EventLoop? t_running;

    /// <summary>What EventLoop.SetCurrent installed for this thread.</summary>
    [ThreadStatic]
    private static EventLoop? t_installed;

    internal static EventLoop? Current
    {
        get => t_running;
        set => t_running = value;
    }

    internal static EventLoop? Installed
    {
        get => t_installed;
        set => t_installed = value;
    }

    internal static EventLoop Required => t_running ?? ThrowNoneRunning();

    // Apart, so that the look-up itself is inlined.
    private static EventLoop ThrowNoneRunning() => throw new InvalidOperationException(Messages.NoRunningLoop);
}
