using System.Net;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge;

/// <content>Texts about sockets and connections.</content>
internal static partial class Messages
{
    internal static string BlockingSocket(Socket socket)
        => $"{FileText.Of(socket)} is blocking: an operation on it could hold up the whole loop. Set socket.Blocking = false first.";

    internal static string ClosedWhileWaiting(string operation)
        => $"The socket was closed while {operation} waited for it.";

    internal static string SocketHasCallback(object file, bool isRead)
        => $"{FileText.Of(file)} has a {(isRead ? "read" : "write")} callback. Call Remove{(isRead ? "Reader" : "Writer")} before awaiting an operation on it.";

    internal static string NotListening(Socket socket)
        => $"{FileText.Of(socket)} does not listen. Call Bind and Listen before SockAccept.";

    internal static string ConnectFailed(EndPoint address, SocketError error)
        => $"Connect call failed {address}: {new SocketException((int)error).Message}";

    internal static string WrongProtocol(BaseProtocol protocol, string expected)
        => $"{protocol.GetType().Name} is no protocol for this transport. It must be a {expected}.";

    internal static string EmptyBuffer(BufferedProtocol protocol)
        => $"{protocol.GetType().Name}.GetBuffer() returned an empty buffer. Return room for at least one byte, or pause reading.";

    internal static string WriteAfterEof(BaseTransport transport)
        => $"{transport}: nothing can be written after WriteEof.";

    internal static string WriteDuringSendFile(BaseTransport transport)
        => $"{transport}: unable to write; SendFile is in progress. Await it first.";

    internal static string WriteAfterLoss(BaseTransport transport, int count)
        => $"{transport} is closed: {count} writes to it were dropped. Stop writing once ConnectionLost was called or the transport was closed.";
}
