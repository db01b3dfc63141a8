using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Net;

namespace Bridge;

/// <content>Operations on sockets that somebody else made.</content>
public abstract partial class EventLoop
{
    private SocketWaits? _socketWaits;

    /// <summary>The transfers that wait. Loop thread.</summary>
    internal SocketWaits SocketWaits => _socketWaits ??= new SocketWaits(this);

    /// <summary>Receives from a connected socket.</summary>
    /// <param name="socket">A non-blocking socket.</param>
    /// <param name="buffer">Where to; must stay as it is until the operation is over.</param>
    /// <returns>To be awaited: the number of bytes, at least 1; or 0 at the end of the stream.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="socket"/> is null.</exception>
    /// <exception cref="ArgumentException">The socket is blocking.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// <para>Awaiting throws <see cref="SocketException"/> if the operation fails, or if the socket is closed meanwhile
    /// (<see cref="SocketError.OperationAborted"/>, seen within a quarter of a second).</para>
    /// <para>Tries at once, waits only if it must, allocates nothing. Source: <c>loop.sock_recv_into</c>.</para>
    /// </remarks>
    public SocketTransfer SockReceive(Socket socket, Memory<byte> buffer) => new(this, Checked(socket), TransferKind.Receive, buffer);

    /// <summary>Sends all of a buffer.</summary>
    /// <param name="socket">A connected, non-blocking socket.</param>
    /// <param name="data">What to send; must stay as it is until the operation is over.</param>
    /// <returns>To be awaited: the number of bytes, which is all of them.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="socket"/> is null.</exception>
    /// <exception cref="ArgumentException">The socket is blocking.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// Several at once on one socket are sent one after the other. After a failure or a cancellation it is unknown how much was sent.
    /// Otherwise as <see cref="SockReceive"/>. Source: <c>loop.sock_sendall</c>.
    /// </remarks>
    public SocketTransfer SockSendAll(Socket socket, ReadOnlyMemory<byte> data)
        => new(this, Checked(socket), TransferKind.SendAll, MemoryMarshal.AsMemory(data));

    /// <summary>Receives one datagram and its sender's address.</summary>
    /// <param name="socket">A bound, non-blocking socket.</param>
    /// <param name="buffer">Where to; what does not fit is lost.</param>
    /// <returns>A coroutine: the number of bytes, and who sent them.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="socket"/> is null.</exception>
    /// <exception cref="ArgumentException">The socket is blocking.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>loop.sock_recvfrom_into</c>.</remarks>
    public Coroutine<SocketReceiveFromResult> SockReceiveFrom(Socket socket, Memory<byte> buffer)
    {
        return Receive(this, Checked(socket), socket.AddressFamily, buffer);

        static async Coroutine<SocketReceiveFromResult> Receive(EventLoop loop, SocketFile file, AddressFamily family, Memory<byte> buffer)
        {
            var address = new SocketAddress(family, SocketAddresses.MaxSize);
            while (true)
            {
                int count = file.ReceiveFrom(buffer.Span, address, out SocketError error);
                if (error == SocketError.Success)
                {
                    return new SocketReceiveFromResult { ReceivedBytes = count, RemoteEndPoint = SocketAddresses.ToEndPoint(address)! };
                }

                await WaitUnlessFailed(loop, file, error, TransferKind.WaitToRead);
            }
        }
    }

    /// <summary>Sends one datagram.</summary>
    /// <param name="socket">A non-blocking socket.</param>
    /// <param name="data">All of it.</param>
    /// <param name="address">Where to.</param>
    /// <returns>A coroutine: the number of bytes.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The socket is blocking.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>loop.sock_sendto</c>.</remarks>
    public Coroutine<int> SockSendTo(Socket socket, ReadOnlyMemory<byte> data, EndPoint address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Send(this, Checked(socket), data, SocketAddresses.Of(address, socket));

        static async Coroutine<int> Send(EventLoop loop, SocketFile file, ReadOnlyMemory<byte> data, SocketAddress address)
        {
            while (true)
            {
                int count = file.SendTo(data.Span, address, out SocketError error);
                if (error == SocketError.Success)
                {
                    return count;
                }

                await WaitUnlessFailed(loop, file, error, TransferKind.WaitToWrite);
            }
        }
    }

    /// <summary>Connects a socket.</summary>
    /// <param name="socket">A non-blocking socket that is not connected.</param>
    /// <param name="address">Where to. A <see cref="DnsEndPoint"/> is resolved first, for the socket's address family.</param>
    /// <returns>A coroutine.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The socket is blocking.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Awaiting throws <see cref="SocketException"/> naming the address. Source: <c>loop.sock_connect</c>.</remarks>
    public Coroutine SockConnect(Socket socket, EndPoint address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Connect(this, Checked(socket), address);

        static async Coroutine Connect(EventLoop loop, SocketFile file, EndPoint address)
        {
            Socket socket = file.Socket;
            if (address is DnsEndPoint name)
            {
                address = await loop.ResolveFor(socket, name);
            }

            SocketError error = StartConnect(socket, address);
            if (error is SocketError.WouldBlock or SocketError.InProgress or SocketError.Interrupted)
            {
                await new SocketTransfer(loop, file, TransferKind.WaitToWrite);
                error = (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            }

            if (error != SocketError.Success)
            {
                throw new SocketException((int)error, Messages.ConnectFailed(address, error));
            }
        }
    }

    /// <summary>Takes a connection that waits at a listening socket, or the next one to come.</summary>
    /// <param name="socket">A listening, non-blocking socket.</param>
    /// <returns>A coroutine: the connection, non-blocking; its RemoteEndPoint is the peer's address.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="socket"/> is null.</exception>
    /// <exception cref="ArgumentException">The socket is blocking.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Awaiting throws <see cref="SocketException"/> if the socket does not listen. A connection that its peer gave up before it was taken is passed over. Source: <c>loop.sock_accept</c>.</remarks>
    public Coroutine<Socket> SockAccept(Socket socket)
    {
        return Accept(this, Checked(socket));

        static async Coroutine<Socket> Accept(EventLoop loop, SocketFile file)
        {
            while (true)
            {
                if (file.TryAccept(out SocketFile accepted, out _, out SocketError error))
                {
                    return accepted.ToOwner();
                }

                if (error == SocketError.InvalidArgument)
                {
                    throw new SocketException((int)error, Messages.NotListening(file.Socket));
                }

                if (error != SocketError.ConnectionAborted)
                {
                    await WaitUnlessFailed(loop, file, error, TransferKind.WaitToRead);
                }
            }
        }
    }

    /// <summary>Runs a transfer concurrently: its first step comes in the next turn.</summary>
    /// <param name="transfer">What SockReceive or SockSendAll returned.</param>
    /// <param name="options">Name, context, eager start. Null: the defaults.</param>
    /// <returns>The task; its result is the number of bytes.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Source: <c>loop.create_task</c>.</remarks>
    public LoopTask<int> CreateTask(SocketTransfer transfer, TaskOptions? options = null) => CreateTask(transfer.AsCoroutine(), options);

    private static SocketTransfer WaitUnlessFailed(EventLoop loop, SocketFile file, SocketError error, TransferKind kind)
        => error == SocketError.WouldBlock ? new SocketTransfer(loop, file, kind) : throw new SocketException((int)error);

    private static SocketError StartConnect(Socket socket, EndPoint address)
    {
        try
        {
            socket.Connect(address);
            return SocketError.Success;
        }
        catch (SocketException exception)
        {
            // Non-blocking, it says so by throwing; once per connection that is bearable.
            return exception.SocketErrorCode;
        }
    }

    /// <summary>Refuses what an operation cannot work on, at the call.</summary>
    private SocketFile Checked(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        AssertLoopThread();
        var file = new SocketFile(socket);
        ObjectDisposedException.ThrowIf(file.Handle.IsClosed, socket);
        return socket.Blocking ? throw new ArgumentException(Messages.BlockingSocket(socket), nameof(socket)) : file;
    }
}
