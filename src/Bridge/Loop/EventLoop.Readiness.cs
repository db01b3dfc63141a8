using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge;

/// <content>Callbacks for readiness of sockets and other descriptors.</content>
public abstract partial class EventLoop
{
    /// <summary>Calls back in each turn in which the socket can be read without blocking (level-triggered), until <see cref="RemoveReader(Socket)"/>.</summary>
    /// <param name="socket">An open socket; it should be non-blocking. A read callback it has already is replaced, its write side stays.</param>
    /// <param name="callback">What it throws goes to the exception handler.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>End of stream, errors and hang-ups count as readable. Remove the callback before closing the socket. Source: <c>loop.add_reader</c>.</remarks>
    public abstract void AddReader(Socket socket, Action callback);

    /// <summary>As <see cref="AddReader(Socket, Action)"/>, for any descriptor that the loop's selector can watch.</summary>
    /// <param name="handle">An open handle of a pipe, terminal, device or socket.</param>
    /// <param name="callback">What it throws goes to the exception handler.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The handle is closed.</exception>
    /// <exception cref="IOException">The operating system refuses to watch it, as epoll does with regular files.</exception>
    /// <exception cref="PlatformNotSupportedException">The selector watches sockets only.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public abstract void AddReader(SafeHandle handle, Action callback);

    /// <summary>Calls back in each turn in which the socket can be written without blocking (level-triggered), until <see cref="RemoveWriter(Socket)"/>.</summary>
    /// <param name="socket">An open socket; it should be non-blocking. A write callback it has already is replaced, its read side stays.</param>
    /// <param name="callback">What it throws goes to the exception handler.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Errors and hang-ups count as writable. Source: <c>loop.add_writer</c>.</remarks>
    public abstract void AddWriter(Socket socket, Action callback);

    /// <summary>As <see cref="AddWriter(Socket, Action)"/>, for any descriptor that the loop's selector can watch.</summary>
    /// <param name="handle">An open handle of a pipe, terminal, device or socket.</param>
    /// <param name="callback">What it throws goes to the exception handler.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The handle is closed.</exception>
    /// <exception cref="IOException">The operating system refuses to watch it, as epoll does with regular files.</exception>
    /// <exception cref="PlatformNotSupportedException">The selector watches sockets only.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public abstract void AddWriter(SafeHandle handle, Action callback);

    /// <summary>Ends what <see cref="AddReader(Socket, Action)"/> began; a call already queued this turn does not come any more.</summary>
    /// <param name="socket">The socket; it may have been closed meanwhile.</param>
    /// <returns>Whether there was a read callback. False on a closed loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="socket"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>loop.remove_reader</c>.</remarks>
    public abstract bool RemoveReader(Socket socket);

    /// <summary>As <see cref="RemoveReader(Socket)"/>, for a handle.</summary>
    /// <param name="handle">The handle; it may have been closed meanwhile.</param>
    /// <returns>Whether there was a read callback. False on a closed loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handle"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public abstract bool RemoveReader(SafeHandle handle);

    /// <summary>Ends what <see cref="AddWriter(Socket, Action)"/> began; a call already queued this turn does not come any more.</summary>
    /// <param name="socket">The socket; it may have been closed meanwhile.</param>
    /// <returns>Whether there was a write callback. False on a closed loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="socket"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>loop.remove_writer</c>.</remarks>
    public abstract bool RemoveWriter(Socket socket);

    /// <summary>As <see cref="RemoveWriter(Socket)"/>, for a handle.</summary>
    /// <param name="handle">The handle; it may have been closed meanwhile.</param>
    /// <returns>Whether there was a write callback. False on a closed loop.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handle"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public abstract bool RemoveWriter(SafeHandle handle);

    /// <summary>The watch of a file that the selector knows; null if it knows none. Loop thread.</summary>
    internal abstract FileWatch? FindWatch(object file);

    /// <summary>The watch of a file: the one that there is, or a new one, not registered yet. Loop thread.</summary>
    internal abstract FileWatch WatchOf(object file);

    /// <summary>The open transport that a file belongs to, also while the selector does not know the file. Filled in where transports are.</summary>
    partial void FindTransport(object file, ref object? transport);

    /// <summary>The open transport that alone may watch a file; null if there is none.</summary>
    internal object? TransportOf(FileWatch watch, object file)
    {
        object? transport = watch.Transport;
        if (transport is null && !watch.IsRegistered)
        {
            FindTransport(file, ref transport);
        }

        return transport;
    }

    /// <summary>Queues a handler of what the selector found ready, if there is one. Loop thread, inside <see cref="SelectAndQueue"/>.</summary>
    private protected bool QueueReady(LoopWork? handler)
    {
        if (handler is null)
        {
            return false;
        }

        _ready.Enqueue(handler, null, handler.RunContext);
        return true;
    }
}
