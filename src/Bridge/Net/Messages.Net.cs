using System.Net;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge;

/// <content>Texts about sockets and connections.</content>
internal static partial class Messages
{
    internal static string BlockingSocket(Socket socket)
        => $"{FileText.Of(socket)} is blocking: an operation on it could hold up the whole loop. Set socket.Blocking = false first.";

    internal const string NoSocketDescriptors
        = "Bare socket descriptors exist on Linux only: elsewhere .NET does not let an accepted connection go without a Socket. Use Socket.Accept, or a Server with a Protocol.";

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

    internal static string LostWhileSendingFile(BaseTransport transport)
        => $"{transport}: the connection was closed while a file was being sent.";

    internal static string LookupFailed(NameQuery query, string reason)
        => $"Lookup of {query} failed: {reason}";

    internal static string ReverseLookupFailed(IPEndPoint address, string reason)
        => $"Lookup of the name of {address} failed: {reason}";

    internal static string NoAddresses(NameQuery query)
        => $"Lookup of {query} gave no address for a socket of type {query.SocketType} and family {query.Family}.";

    internal static string BindFailed(EndPoint address, SocketException exception)
        => $"error while attempting to bind on address {address}: {exception.Message}";

    internal static string NoLocalAddress(AddressFamily family)
        => $"no matching local address with family={family} found. Give a LocalAddress of that family, or set Family.";

    internal static string NoProtocol
        => "The protocol factory returned null. It must return a new protocol for each connection.";

    internal static string NotStream(Socket socket)
        => $"A stream socket was expected, got one of type {socket.SocketType}.";

    internal static string NotUnixStream(Socket socket)
        => $"A Unix-domain stream socket was expected, got one of family {socket.AddressFamily} and type {socket.SocketType}.";

    internal static string UnknownAddress(EndPoint address)
        => $"{address} is a {address.GetType().Name}. It must be an IPEndPoint, a DnsEndPoint or a UnixDomainSocketEndPoint.";

    internal static string ListenFailed(Socket socket, SocketException exception)
        => $"error while attempting to listen on address {socket.LocalEndPoint}: {exception.Message}";

    internal static string NothingBound(IEnumerable<IPEndPoint> addresses)
        => $"could not bind on any address out of [{string.Join(", ", addresses)}]";
}
