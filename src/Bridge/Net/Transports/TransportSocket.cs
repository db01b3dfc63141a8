using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>The socket of a transport or server, for looking at and for its options: it cannot be closed, read or written through this.</summary>
/// <remarks>
/// Valid while the transport is open; afterwards its members throw <see cref="ObjectDisposedException"/>. Loop thread.
/// Source: asyncio's <c>TransportSocket</c>.
/// </remarks>
public sealed class TransportSocket
{
    private readonly Socket _socket;

    internal TransportSocket(Socket socket) => _socket = socket;

    /// <summary>The address family.</summary>
    public AddressFamily AddressFamily => _socket.AddressFamily;

    /// <summary>Stream or datagram.</summary>
    public SocketType SocketType => _socket.SocketType;

    /// <summary>The protocol.</summary>
    public ProtocolType ProtocolType => _socket.ProtocolType;

    /// <summary>Our own address, or null.</summary>
    /// <exception cref="ObjectDisposedException">The transport is closed.</exception>
    public EndPoint? LocalEndPoint => _socket.LocalEndPoint;

    /// <summary>The peer's address, or null if there is no peer (any more).</summary>
    /// <exception cref="ObjectDisposedException">The transport is closed.</exception>
    public EndPoint? RemoteEndPoint => _socket.RemoteEndPoint;

    /// <summary>Always false: sockets of a loop never block it.</summary>
    /// <exception cref="ArgumentException">It is set to true.</exception>
    public bool Blocking
    {
        get => _socket.Blocking;
        set
        {
            if (value)
            {
                throw new ArgumentException("A transport's socket must stay non-blocking: a blocking one could hold up the whole loop.", nameof(value));
            }
        }
    }

    /// <summary>Reads an option.</summary>
    /// <param name="level">Its level.</param>
    /// <param name="name">Its name.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="SocketException">The system refused.</exception>
    /// <exception cref="ObjectDisposedException">The transport is closed.</exception>
    public object? GetSocketOption(SocketOptionLevel level, SocketOptionName name) => _socket.GetSocketOption(level, name);

    /// <summary>Sets an option.</summary>
    /// <param name="level">Its level.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="SocketException">The system refused.</exception>
    /// <exception cref="ObjectDisposedException">The transport is closed.</exception>
    public void SetSocketOption(SocketOptionLevel level, SocketOptionName name, int value) => _socket.SetSocketOption(level, name, value);

    /// <summary>Ends one half of the connection, or both; the transport notices by itself.</summary>
    /// <param name="how">Which half.</param>
    /// <exception cref="SocketException">The system refused.</exception>
    /// <exception cref="ObjectDisposedException">The transport is closed.</exception>
    public void Shutdown(SocketShutdown how) => _socket.Shutdown(how);

    /// <summary>Family, type and addresses, for people.</summary>
    public override string ToString() => $"<TransportSocket {AddressFamily} {SocketType} {Describe()}>";

    private string Describe()
    {
        try
        {
            return $"laddr={LocalEndPoint} raddr={RemoteEndPoint}";
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            return "closed";
        }
    }
}
