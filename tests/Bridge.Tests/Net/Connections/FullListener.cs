using System.Net;
using System.Net.Sockets;

namespace Bridge.Tests.Net;

/// <summary>A listener on loopback whose queue is full: to connect to it takes for ever, until somebody calls <see cref="Accept"/>.</summary>
internal sealed class FullListener : IDisposable
{
    private readonly Socket _listener;
    private readonly List<Socket> _fillers = [];

    internal FullListener(EndPoint address)
    {
        _listener = New(address);
        _listener.Bind(address);
        _listener.Listen(1);
        while (_fillers.Count < 100 && TryFill())
        {
        }
    }

    internal EndPoint Address => _listener.LocalEndPoint!;

    /// <summary>Takes one connection out of the queue.</summary>
    internal void Accept() => _fillers.Add(_listener.Accept());

    public void Dispose()
    {
        _listener.Dispose();
        _fillers.ForEach(static socket => socket.Dispose());
    }

    private static Socket New(EndPoint address)
        => new(address.AddressFamily, SocketType.Stream, address is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);

    /// <summary>On Linux a connection over loopback is there at once, or will not be.</summary>
    private bool TryFill()
    {
        Socket socket = New(Address);
        socket.Blocking = false;
        _fillers.Add(socket);
        try
        {
            socket.Connect(Address);
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
        {
            return Address is IPEndPoint && socket.Poll(0, SelectMode.SelectWrite);
        }
    }
}
