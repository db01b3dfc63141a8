namespace Bridge.Selectors;

/// <summary>Ends a blocked <see cref="ISelector.Select"/> from any thread.</summary>
/// <remarks>
/// <para>Wake-ups coalesce: any number of <see cref="Wake"/> calls before a Select ends that one Select.</para>
/// <para>The loop thread's part after each Select: <see cref="Reset"/>, then, when <see cref="IsHealthy"/> is false, <see cref="Rebuild"/>.</para>
/// <para>Source: the self-pipe of CPython <c>BaseSelectorEventLoop</c>. Stronger: a failing wake-up is never swallowed, and the waker can be rebuilt.</para>
/// </remarks>
public interface IWaker : IDisposable
{
    /// <summary>False once a descriptor of the waker was found dead, by Wake or by Select; true again after <see cref="Rebuild"/>. False after Dispose.</summary>
    /// <remarks>Threads: any. One volatile read.</remarks>
    bool IsHealthy { get; }

    /// <summary>Makes a concurrent Select, or else the next one, return.</summary>
    /// <exception cref="SelectorException">The descriptor is dead: nobody was woken. The loop thread can Rebuild.</exception>
    /// <remarks>
    /// <para>Threads: any, also beside Reset, Rebuild and Dispose. Never blocks: a full pipe means that a wake-up is already on its way.
    /// After Dispose it does nothing, because a thread may lose the race with a loop that closes.</para>
    /// <para>Allocates nothing. One system call, about half a microsecond.</para>
    /// </remarks>
    void Wake();

    /// <summary>Consumes the wake-up that ended the last Select. No system call when there was none, or when the backend needs none.</summary>
    /// <remarks>Threads: loop thread, after Select and before looking at what the waking threads left. A dead descriptor
    /// found here makes <see cref="IsHealthy"/> false; it is not thrown. After Dispose it does nothing.</remarks>
    void Reset();

    /// <summary>Replaces the descriptors by new ones and wakes the next Select once, since a wake-up may have been lost with the old ones.</summary>
    /// <exception cref="SelectorException">The operating system refused new descriptors; the waker is as before.</exception>
    /// <exception cref="ObjectDisposedException">The waker is closed.</exception>
    /// <remarks>Threads: loop thread; safe beside Wake.</remarks>
    void Rebuild();
}
