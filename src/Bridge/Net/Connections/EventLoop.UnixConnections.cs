using System.Net.Sockets;
using Bridge.Net;

namespace Bridge;

/// <content>Connections within this machine, by a path or an abstract name.</content>
public abstract partial class EventLoop
{
    private static readonly TimeSpan s_firstConnectPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longestConnectPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Connects to a Unix-domain server.</summary>
    /// <typeparam name="TProtocol">The protocol: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</typeparam>
    /// <param name="protocolFactory">Makes the protocol, once there is a connection.</param>
    /// <param name="path">The server's path; on Linux also an abstract name, which begins with a NUL character.</param>
    /// <param name="options">Ssl, with a TargetHost, and its time limits; the others are for finding a host. Null: no TLS.</param>
    /// <returns>A coroutine: transport and protocol, after ConnectionMade was called.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The path is empty, or an option is wrong.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The path is longer than the system takes, or a time limit not positive.</exception>
    /// <exception cref="PlatformNotSupportedException">The system has no Unix-domain sockets.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// Awaiting throws <see cref="SocketException"/> naming the path. While the server's queue is full it waits for room. Source: <c>loop.create_unix_connection</c>.
    /// </remarks>
    public Coroutine<(Transport Transport, TProtocol Protocol)> CreateUnixConnection<TProtocol>(
        Func<TProtocol> protocolFactory, string path, ConnectOptions? options = null)
        where TProtocol : BaseProtocol
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        return CreateUnixConnection(protocolFactory, UnixSockets.AddressOf(path), ConnectOptions.CheckConnected(options));
    }

    /// <summary>Puts a transport and a protocol onto a Unix-domain socket that is connected already.</summary>
    /// <typeparam name="TProtocol">The protocol: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>.</typeparam>
    /// <param name="protocolFactory">Makes the protocol.</param>
    /// <param name="socket">A connected Unix-domain stream socket. The transport owns it from then on, and makes it non-blocking.</param>
    /// <param name="options">Ssl, with a TargetHost, and its time limits; the others are for finding a host. Null: no TLS.</param>
    /// <returns>A coroutine: transport and protocol, after ConnectionMade was called.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">It is no Unix-domain stream socket, or an option is wrong.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time limit is not positive.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>loop.create_unix_connection(sock=...)</c>.</remarks>
    public Coroutine<(Transport Transport, TProtocol Protocol)> CreateUnixConnection<TProtocol>(
        Func<TProtocol> protocolFactory, Socket socket, ConnectOptions? options = null)
        where TProtocol : BaseProtocol
    {
        UnixSockets.CheckUnixStream(socket);
        return CreateConnection(protocolFactory, socket, options);
    }

    private Coroutine<(Transport Transport, TProtocol Protocol)> CreateUnixConnection<TProtocol>(
        Func<TProtocol> protocolFactory, UnixDomainSocketEndPoint address, ConnectOptions options)
        where TProtocol : BaseProtocol
    {
        UnixSockets.CheckSupported();
        AssertLoopThread();
        return Connect(this, protocolFactory, address, options.TlsFor(null));

        static async Coroutine<(Transport Transport, TProtocol Protocol)> Connect(
            EventLoop loop, Func<TProtocol> protocolFactory, UnixDomainSocketEndPoint address, TlsSettings? tls)
            => await StreamTransports.Open(loop, await loop.ConnectUnix(address), protocolFactory, closesSocket: true, tls);
    }

    /// <summary>
    /// Linux: while the queue of the server is full, a non-blocking connect fails at once with EAGAIN, and nothing tells when there is room.
    /// So it is tried again, with pauses, until a blocking one would have gone through.
    /// </summary>
    private async Coroutine<Socket> ConnectUnix(UnixDomainSocketEndPoint address)
    {
        for (TimeSpan pause = s_firstConnectPause; ; pause = pause * 2 < s_longestConnectPause ? pause * 2 : s_longestConnectPause)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            try
            {
                await SockConnect(socket, address);
                if (UnixSockets.IsConnected(socket))
                {
                    return socket;
                }
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            socket.Dispose();
            await LoopTask.Sleep(pause);
        }
    }
}
