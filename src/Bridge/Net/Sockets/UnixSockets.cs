using System.Net.Sockets;
using Bridge.Net.Native;

namespace Bridge.Net;

/// <summary>What is special about Unix-domain sockets.</summary>
internal static class UnixSockets
{
    /// <summary>Where the path begins in the system's form; an abstract name has a NUL there.</summary>
    private const int PathOffset = 2;

    /// <exception cref="ArgumentException">The path is empty, or too long.</exception>
    /// <exception cref="PlatformNotSupportedException">The system has no such sockets.</exception>
    internal static UnixDomainSocketEndPoint AddressOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckSupported();
        return new UnixDomainSocketEndPoint(path);
    }

    internal static void CheckSupported()
    {
        if (!Socket.OSSupportsUnixDomainSockets)
        {
            throw new PlatformNotSupportedException("This system has no Unix-domain sockets. Use a loopback address.");
        }
    }

    internal static void CheckUnixStream(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ObjectDisposedException.ThrowIf(socket.SafeHandle.IsClosed, socket);
        if (socket.AddressFamily != AddressFamily.Unix || socket.SocketType != SocketType.Stream)
        {
            throw new ArgumentException(Messages.NotUnixStream(socket), nameof(socket));
        }
    }

    /// <summary>Whether it has a peer. (.NET's own word comes from the connect that said "would block".)</summary>
    internal static unsafe bool IsConnected(Socket socket)
    {
        if (OperatingSystem.IsWindows())
        {
            return socket.Connected;
        }

        byte* name = stackalloc byte[SocketAddresses.MaxSize];
        uint size = SocketAddresses.MaxSize;
        return SocketLibC.GetPeerName(socket.SafeHandle, name, &size) == 0;
    }

    /// <summary>The path in the file system; null for an abstract name, or a socket without a name.</summary>
    internal static string? FileOf(UnixDomainSocketEndPoint address)
    {
        System.Net.SocketAddress raw = address.Serialize();
        return raw.Size > PathOffset && raw.Buffer.Span[PathOffset] != 0 ? address.ToString() : null;
    }

    /// <summary>A non-blocking socket bound to an address.</summary>
    /// <remarks>
    /// A file left by a former server is removed first. .NET's own Bind would have Dispose delete the path, whoever owns it by then; so the
    /// system is called, and .NET learns the name from it.
    /// </remarks>
    /// <exception cref="SocketException">It could not be bound; names the address.</exception>
    internal static Socket Bind(UnixDomainSocketEndPoint address, SocketType type, EventLoop loop)
    {
        if (FileOf(address) is { } path)
        {
            RemoveStale(path, loop);
        }

        var socket = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            return BindNew(socket, address);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw exception.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? new SocketException((int)SocketError.AddressAlreadyInUse, $"Address {address} is already in use")
                : new SocketException((int)exception.SocketErrorCode, Messages.BindFailed(address, exception));
        }
    }

    private static unsafe Socket BindNew(Socket socket, UnixDomainSocketEndPoint address)
    {
        if (OperatingSystem.IsWindows())
        {
            socket.Bind(address);
            return socket;
        }

        System.Net.SocketAddress raw = address.Serialize();
        fixed (byte* start = raw.Buffer.Span)
        {
            if (SocketLibC.Bind(socket.SafeHandle, start, (uint)raw.Size) < 0)
            {
                throw new SocketException((int)SocketErrors.Last());
            }
        }

        // The first socket is left to the garbage collector: its Dispose would close the number, which is no longer its own.
        nint descriptor = socket.SafeHandle.DangerousGetHandle();
        socket.SafeHandle.SetHandleAsInvalid();
        GC.SuppressFinalize(socket);
        return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)) { Blocking = false };
    }

    private static void RemoveStale(string path, EventLoop loop)
    {
        try
        {
            if (FileIdentity.TryOf(path) is { IsSocket: true })
            {
                File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The directory may allow making files only. Binding tells whether that matters.
            loop.WriteWarning($"Unable to check or remove the stale Unix-domain socket {path}: {exception.Message}");
        }
    }
}
