using System.Net;
using System.Net.Sockets;

namespace Bridge.Tests.Selectors;

/// <summary>Two connected sockets: the tests watch the near one and use the far one to make it ready.</summary>
internal sealed class Pair : IDisposable
{
    internal Pair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Far.Connect(listener.LocalEndPoint!);
        Near = listener.Accept();
        Near.Blocking = false;
    }

    internal Socket Near { get; }

    internal Socket Far { get; }

    internal nint Descriptor => Near.SafeHandle.DangerousGetHandle();

    /// <summary>Makes the near socket readable, and returns when it is.</summary>
    internal void Send()
    {
        Far.Send([1]);
        Near.Poll(-1, SelectMode.SelectRead);
    }

    /// <summary>Closes the far socket so that the near one sees a reset, and returns when it does.</summary>
    internal void Break()
    {
        Far.LingerState = new LingerOption(true, 0);
        Far.Dispose();
        Near.Poll(-1, SelectMode.SelectRead);
    }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
