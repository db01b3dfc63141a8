namespace Bridge;

/// <content>Objects that one thread has to itself.</content>
public abstract partial class EventLoop
{
    /// <summary>Gives an object a thread of its own, which makes it, is the only one to touch it, and disposes of it: <c>await using var db = loop.CreateAffine(() =&gt; new OldConnection(text), "db");</c></summary>
    /// <typeparam name="T">Type of the object.</typeparam>
    /// <param name="factory">Makes the object, on its thread, with the first call. What it throws, every call gets, as the inner exception of a <c>BrokenExecutorException</c>.</param>
    /// <param name="name">The name of the thread; null: <c>AffineExecutor</c>.</param>
    /// <param name="apartment">The COM apartment of the thread. <see cref="ApartmentState.STA"/> is for Windows.</param>
    /// <returns>The object's face on this loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is null.</exception>
    /// <exception cref="PlatformNotSupportedException"><paramref name="apartment"/> is <see cref="ApartmentState.STA"/> and this is not Windows.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>No source in asyncio; its users write an executor with one thread.</remarks>
    public LoopAffine<T> CreateAffine<T>(Func<T> factory, string? name = null, ApartmentState apartment = ApartmentState.Unknown)
    {
        ArgumentNullException.ThrowIfNull(factory);
        AssertCanSchedule();
        return new LoopAffine<T>(this, factory, name, apartment);
    }
}
