using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge.Selectors;

/// <summary>Waits until at least one of many descriptors is ready.</summary>
/// <remarks>
/// <para>Level-triggered: a descriptor that stays ready is found by each Select until it is drained or its interest is changed.</para>
/// <para>Spurious results are allowed: Select may return early or empty, and a reported descriptor may turn out not to be ready.</para>
/// <para>Not referenced: registering does not keep a socket or handle open. Unregister before closing. A registration whose file object was
/// closed is never reported, and is replaced silently when its descriptor number is registered again. It is told from the object's own
/// IsClosed; a descriptor closed behind the object's back is not noticed.</para>
/// <para>Errors and hang-ups count as both read and write, limited to the registered interest.</para>
/// <para>Threads: every member belongs to one thread at a time (the loop thread), no member may run beside another.
/// Only <see cref="IWaker.Wake"/> may be called from any thread.</para>
/// <para>After Dispose every member but <see cref="Name"/>, <see cref="Keys"/> (then empty) and Dispose throws
/// <see cref="ObjectDisposedException"/>.</para>
/// <para>Source: CPython <c>selectors.BaseSelector</c>.</para>
/// </remarks>
public interface ISelector : IDisposable
{
    /// <summary>The backend: "epoll", "kqueue", "poll" or "select" for those of this library.</summary>
    string Name { get; }

    /// <summary>The current registrations, without those of wakers. A live view: enumerate it only while nothing is registered or unregistered.</summary>
    IReadOnlyCollection<SelectorKey> Keys { get; }

#pragma warning disable RS0026 // The overloads differ in their first, required parameter; no call can be ambiguous.
    /// <summary>Starts to watch a socket.</summary>
    /// <param name="socket">An open socket. Reading its handle tells .NET that the handle is shared, after which
    /// a Connect to a list of several addresses is refused.</param>
    /// <param name="events">A non-empty part of Read | Write.</param>
    /// <param name="data">Anything that the caller wants back with the key.</param>
    /// <returns>The key of the registration.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="socket"/> is null.</exception>
    /// <exception cref="ArgumentException">The socket is closed.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="events"/> is empty or has unknown bits.</exception>
    /// <exception cref="InvalidOperationException">The descriptor is already registered.</exception>
    /// <exception cref="SelectorException">The operating system refused the descriptor.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    SelectorKey Register(Socket socket, SelectorEvents events, object? data = null);

    /// <summary>Starts to watch a descriptor.</summary>
    /// <param name="handle">An open handle whose value is a descriptor: a pipe, a terminal, an eventfd, a socket. Regular files are refused by epoll.</param>
    /// <param name="events">A non-empty part of Read | Write.</param>
    /// <param name="data">Anything that the caller wants back with the key.</param>
    /// <returns>The key of the registration.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handle"/> is null.</exception>
    /// <exception cref="ArgumentException">The handle is closed or invalid, or its value cannot be a descriptor.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="events"/> is empty or has unknown bits.</exception>
    /// <exception cref="InvalidOperationException">The descriptor is already registered.</exception>
    /// <exception cref="PlatformNotSupportedException">The backend can watch sockets only, and this is none.</exception>
    /// <exception cref="SelectorException">The operating system refused the descriptor.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    SelectorKey Register(SafeHandle handle, SelectorEvents events, object? data = null);
#pragma warning restore RS0026

    /// <summary>Changes the interest and the data of a registration.</summary>
    /// <param name="key">A key of this selector.</param>
    /// <param name="events">The new interest, a non-empty part of Read | Write. The same as before costs no system call.</param>
    /// <param name="data">The new data.</param>
    /// <returns>The key that now stands for the registration: for the selectors of this library <paramref name="key"/> itself.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    /// <exception cref="ArgumentException">The file object was closed. Unregister the key.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="events"/> is empty or has unknown bits.</exception>
    /// <exception cref="KeyNotFoundException">The key is not registered here.</exception>
    /// <exception cref="SelectorException">The operating system refused; interest and data are unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    SelectorKey Modify(SelectorKey key, SelectorEvents events, object? data);

    /// <summary>Ends a registration. Works after the file object was closed, also when its descriptor number was registered anew:
    /// the new registration is not disturbed.</summary>
    /// <param name="key">A key of this selector.</param>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    /// <exception cref="KeyNotFoundException">The key is not registered here, or was unregistered before.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    void Unregister(SelectorKey key);

    /// <summary>Finds the registration of a file object. A socket and its SafeHandle are the same file object.</summary>
    /// <param name="fileObject">A <see cref="Socket"/> or a <see cref="SafeHandle"/>; it may be closed.</param>
    /// <param name="key">The key, or null.</param>
    /// <returns>True when it is registered.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="fileObject"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="fileObject"/> is neither a Socket nor a SafeHandle.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    bool TryGetKey(object fileObject, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SelectorKey? key);

    /// <summary>Waits until a registered descriptor is ready, a waker was used, or the time is up.</summary>
    /// <param name="timeout">Null waits without limit. Zero or negative looks and returns at once.
    /// Otherwise the longest wait, rounded up to what the system call can express, never shortened.</param>
    /// <returns>The ready registrations, each at most once; empty when the time is up or a waker was used. Valid until the next Select or Dispose.</returns>
    /// <exception cref="SelectorException">The system call failed.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    /// <remarks>A wait that a signal interrupts goes on for the time that is left. Allocates nothing in the steady state, save for the
    /// portable "select".</remarks>
    ReadOnlySpan<ReadyKey> Select(TimeSpan? timeout);

    /// <summary>Makes the waker that suits this backend and lets it end <see cref="Select"/>. It never appears among the keys or the ready keys.</summary>
    /// <returns>A waker. Disposing the selector disposes it too.</returns>
    /// <exception cref="SelectorException">The operating system refused, for instance because the process has no descriptor left.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    IWaker CreateWaker();
}
