using System.Runtime.CompilerServices;

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

    /// <summary>
    /// A guess that spares most look-ups of the thread static: the loop that began to run last in the process, which is often the only one.
    /// Written by any thread that begins or ends a run, with plain writes; read by all. Whether the guess is right, the loop itself can tell.
    /// </summary>
    private static EventLoop? s_latest;

    internal static EventLoop? Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => s_latest is { IsInStackWindow: true } latest ? latest : t_running;
    }

    internal static EventLoop? Installed
    {
        get => t_installed;
        set => t_installed = value;
    }

    internal static EventLoop Required
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Current ?? ThrowNoneRunning();
    }

    /// <summary>Gives the loop that ran here before: only a guest loop is ever entered inside another one, its host.</summary>
    internal static EventLoop? Enter(EventLoop loop)
    {
        EventLoop? outer = t_running;
        t_running = loop;
        s_latest = loop;
        return outer;
    }

    internal static void Leave(EventLoop loop, EventLoop? outer)
    {
        t_running = outer;

        // Never keeps a loop alive that has ended.
        Interlocked.CompareExchange(ref s_latest, outer, loop);
    }

    // Apart, so that the look-up itself is inlined.
    private static EventLoop ThrowNoneRunning() => throw new InvalidOperationException(Messages.NoRunningLoop);
}
