using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <summary>One open connection, pipe, endpoint or child process, as its protocol sees it.</summary>
/// <remarks>
/// <para>
/// Made by the loop's methods (<c>CreateConnection</c>, <c>CreateServer</c>, ...), never by its user. It owns its descriptor: closing it closes
/// that. A transport that is still open when its loop closes is closed with it and reported.
/// </para>
/// <para>Threads: every member belongs to the loop thread, unless it says otherwise. Source: asyncio's <c>BaseTransport</c>.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public abstract class BaseTransport : LoopWork
{
    /// <summary>For the transports of this library and for those that wrap another one.</summary>
    /// <param name="loop">The loop that the transport belongs to.</param>
    /// <exception cref="ArgumentNullException"><paramref name="loop"/> is null.</exception>
    protected BaseTransport(EventLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        Loop = loop;
    }

    /// <summary>The loop that the transport belongs to. Any thread.</summary>
    public EventLoop Loop { get; }

    /// <summary>Links of <see cref="TransportRegistry"/>.</summary>
    internal BaseTransport? NextOpen { get; set; }

    /// <inheritdoc cref="NextOpen"/>
    internal BaseTransport? PreviousOpen { get; set; }

    /// <summary>Whether it is closed or about to be.</summary>
    public abstract bool IsClosing { get; }

    /// <summary>The protocol that hears what happens. Setting another one takes effect with the next event.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <exception cref="ArgumentException">The transport cannot serve a protocol of that kind.</exception>
    /// <remarks>The new protocol's ConnectionMade is not called. Source: <c>get_protocol</c> and <c>set_protocol</c>.</remarks>
    public abstract BaseProtocol Protocol { get; set; }

    /// <summary>Closes in good order: reads no more, sends what waits to be sent, then tells the protocol in a later turn. A second call does nothing.</summary>
    /// <remarks>Source: <c>BaseTransport.close</c>.</remarks>
    public abstract void Close();

    /// <summary>Facts about the transport by name; see <see cref="ExtraInfo"/> for the names.</summary>
    /// <param name="name">Which fact.</param>
    /// <returns>The fact, or null if the transport has none of that name.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <remarks>Source: <c>get_extra_info</c>.</remarks>
    public virtual object? GetExtraInfo(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return null;
    }

    /// <summary>A fact about the transport, if it is there and of this type.</summary>
    /// <typeparam name="T">Type of the fact.</typeparam>
    /// <param name="name">Which fact.</param>
    /// <returns>The fact, else null (or the default value).</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public T? GetExtraInfo<T>(string name) => GetExtraInfo(name) is T fact ? fact : default;

    /// <summary>The server that it came through; null for all others.</summary>
    internal virtual ITransportOwner? Owner => null;

    /// <summary>The descriptor, which is nobody else's to watch; null if it is not known here.</summary>
    internal virtual SafeHandle? WatchedHandle => null;

    /// <summary>Its file can be read: a transport that the loop queues itself for that overrides it.</summary>
    internal override void Run() => throw new InvalidOperationException("This transport is not run.");

    /// <summary>Tells the loop's exception handler of a failure of this transport or of its protocol. Loop thread.</summary>
    internal void Report(string message, Exception? exception)
        => Loop.CallExceptionHandler(new LoopErrorContext(message, exception) { Transport = this, Protocol = Protocol });

    /// <summary>Frees what the system holds for it, and tells nobody: the loop is closed.</summary>
    internal virtual void ReleaseFile()
    {
    }
}
