using System.Net;
using System.Net.Sockets;

namespace Bridge.Tests.Net;

/// <summary>A listener on loopback whose queue is full: to connect to it takes for ever, until somebody calls <see cref="Accept"/>.</summary>
internal sealed class FullListener : IDisposable
{
    private const int Backlog = 1;

    private readonly Socket _listener;
    private readonly List<Socket> _fillers = [];

    internal FullListener(EndPoint address)
    {
        _listener = New(address);
        _listener.Bind(address);
        _listener.Listen(Backlog);
        if (address is IPEndPoint)
        {
            FillOverTcp();
            return;
        }

        while (_fillers.Count < 100 && TryConnect())
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

    /// <summary>Linux takes one more than it was told; the others wait, and those who come later as well.</summary>
    private void FillOverTcp()
    {
        for (int i = 0; i < 8; i++)
        {
            TryConnect();
        }

        Assert.True(SpinWait.SpinUntil(() => _fillers.Count(static socket => socket.Poll(0, SelectMode.SelectWrite)) > Backlog, TimeSpan.FromSeconds(20)));
    }

    /// <summary>Whether it is connected at once, which a Unix-domain socket is if there is room.</summary>
    private bool TryConnect()
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
            return false;
        }
    }
}
