using System.Net;
using System.Net.Sockets;

namespace Bridge.Tests;

/// <summary>Two connected, non-blocking sockets.</summary>
internal sealed class SocketPair : IDisposable
{
    internal SocketPair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Client.Connect(listener.LocalEndPoint!);
        Server = listener.Accept();
        Client.NoDelay = true;
        Client.Blocking = false;
        Server.Blocking = false;
    }

    internal Socket Client { get; }

    internal Socket Server { get; }

    /// <summary>Returns once the byte can be read at the other end.</summary>
    internal void WriteToServer()
    {
        Client.Send([1]);
        Server.Poll(TimeSpan.FromSeconds(20), SelectMode.SelectRead);
    }

    internal void ReadAll()
    {
        byte[] buffer = new byte[16];
        while (Server.Available > 0)
        {
            Server.Receive(buffer);
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
