using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Bridge.Selectors.Native;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Net;

/// <summary>An accepted connection that is nothing but its descriptor: 32 bytes, where a <see cref="Socket"/> takes 560.</summary>
/// <remarks>
/// <para>
/// For servers with very many connections that are written in callbacks: give it to <see cref="EventLoop.AddReader(System.Runtime.InteropServices.SafeHandle, Action)"/>
/// and call <see cref="Receive"/> there. The calls never block and never throw: they give a count, or say why not. Before disposing of it take
/// it from the loop (<c>RemoveReader</c>, <c>RemoveWriter</c>). One that is forgotten is closed when it is collected.
/// </para>
/// <para>Linux. Threads: any; one receive and one send at a time. Source: none of asyncio's; the calls are those of the system.</para>
/// </remarks>
public sealed class SocketDescriptor : SafeHandleMinusOneIsInvalid
{
    private SocketDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Our own address; null if it is closed.</summary>
    public EndPoint? LocalEndPoint => new SocketFile(this).LocalEndPoint;

    /// <summary>The peer's address; null if there is no peer any more, or it is closed.</summary>
    public EndPoint? RemoteEndPoint => new SocketFile(this).RemoteEndPoint;

    /// <summary>Takes one connection that waits at a listening socket. It does not block, and child processes do not inherit it.</summary>
    /// <param name="listener">A listening, non-blocking socket. What it has set of NoDelay and KeepAlive holds for the connection, too.</param>
    /// <param name="connection">The connection, if there was one.</param>
    /// <param name="error">
    /// Why not: <see cref="SocketError.WouldBlock"/> if none waits; <see cref="SocketError.TooManyOpenSockets"/> out of descriptors;
    /// <see cref="SocketError.InvalidArgument"/> if the socket does not listen; <see cref="SocketError.OperationAborted"/> if it is closed.
    /// </param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="listener"/> is null.</exception>
    /// <exception cref="ArgumentException">The socket is blocking.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static bool TryAccept(Socket listener, [NotNullWhen(true)] out SocketDescriptor? connection, out SocketError error)
    {
        ArgumentNullException.ThrowIfNull(listener);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException(Messages.NoSocketDescriptors);
        }

        if (listener.Blocking)
        {
            throw new ArgumentException(Messages.BlockingSocket(listener), nameof(listener));
        }

        int descriptor = new SocketFile(listener).Accept(out _, out error);
        connection = descriptor < 0 ? null : new SocketDescriptor(descriptor);
        return connection is not null;
    }

    /// <summary>Receives what is there.</summary>
    /// <param name="buffer">Where to; at least one byte, for the end of the stream shows as none received.</param>
    /// <param name="error">Success; WouldBlock if nothing is there; OperationAborted if this is closed; else why the connection failed.</param>
    /// <returns>How many bytes; 0 at the end of the stream, or with an error.</returns>
    public int Receive(Span<byte> buffer, out SocketError error) => new SocketFile(this).Receive(buffer, out error);

    /// <summary>Sends as much as the system takes now.</summary>
    /// <param name="data">What to send.</param>
    /// <param name="error">Success; WouldBlock if the system takes nothing now; OperationAborted if this is closed; else why the connection failed.</param>
    /// <returns>How many bytes, which may be fewer than all; 0 with an error.</returns>
    public int Send(ReadOnlySpan<byte> data, out SocketError error) => new SocketFile(this).Send(data, out error);

    /// <summary>Ends the sending half: the peer reads the end of the stream. Nothing happens if the connection is gone or this is closed.</summary>
    public void ShutdownSend() => new SocketFile(this).ShutdownSend();

    /// <summary>Hands the connection over to a socket that owns it; this is closed then.</summary>
    /// <returns>The socket, non-blocking.</returns>
    /// <exception cref="ObjectDisposedException">This is closed.</exception>
    public Socket ToSocket()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return new SocketFile(this).ToOwner();
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}
