namespace Bridge;

/// <summary>What acquiring gives: dispose it, once, to release again; made for <c>using (await primitive.Acquire())</c>.</summary>
/// <remarks>Threads: those of the primitive's <c>Release</c>, which it calls. A default value releases nothing. Source: asyncio's <c>async with</c>.</remarks>
#pragma warning disable CA1815 // Disposed, never compared.
public readonly struct LoopReleaser : IDisposable
{
    private readonly IReleasable? _target;

    internal LoopReleaser(IReleasable target) => _target = target;

    /// <summary>Releases what was acquired.</summary>
    /// <exception cref="InvalidOperationException">A lock that is not acquired, or the call comes from another thread than the primitive's loop.</exception>
    /// <exception cref="SemaphoreFullException">A bounded semaphore that was released before.</exception>
    public void Dispose() => _target?.Release();
}
#pragma warning restore CA1815

/// <summary>A primitive whose Acquire is undone by Release.</summary>
internal interface IReleasable
{
    void Release();
}
