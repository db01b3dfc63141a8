using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <content>Sending: at once if the system takes it, else when the socket is writable.</content>
internal sealed partial class DatagramSocketTransport
{
    /// <summary>What a datagram counts beside its bytes, so that empty ones cannot pile up uncounted.</summary>
    private const int HeaderSize = 8;

    private const int WarnFrom = 5;

    private readonly EndPoint? _peer;
    private readonly Queue<Datagram> _waiting = new();
    private ReceiverCache _receiver;
    private WriteSide? _writer;
    private WriteFlow _flow;
    private int _size;
    private int _lostSends;

    /// <inheritdoc/>
    public override int WriteBufferSize => _size;

    /// <inheritdoc/>
    public override void SetWriteBufferLimits(int? high = null, int? low = null)
    {
        Loop.AssertLoopThread();
        _flow.SetLimits(high, low);
        _flow.Grown(_size, this);
    }

    /// <inheritdoc/>
    public override void SendTo(ReadOnlySpan<byte> data, EndPoint? address = null)
    {
        Loop.AssertLoopThread();
        CheckAddress(address);
        if (IsClosing)
        {
            if (++_lostSends >= WarnFrom)
            {
                Loop.WriteWarning(Messages.WriteAfterLoss(this, _lostSends));
            }

            return;
        }

        SocketAddress? to = _connectedTo is null ? _receiver.Get((address ?? _peer)!, _socket) : null;
        if (_waiting.Count == 0)
        {
            _file.SendTo(data, to, out SocketError error);
            if (error != SocketError.WouldBlock)
            {
                AfterSend(error);
                return;
            }

            if (!TryArmWriting())
            {
                return;
            }
        }

        SendLater(data, to);
    }

    private void CheckAddress(EndPoint? address)
    {
        EndPoint? only = _peer ?? _connectedTo;
        if (address is null)
        {
            if (only is null)
            {
                throw new ArgumentException($"{this} has no peer: SendTo needs an address.", nameof(address));
            }
        }
        else if (address is not (IPEndPoint or UnixDomainSocketEndPoint))
        {
            throw new ArgumentException($"{address} is a {address.GetType().Name}; SendTo looks no names up. Pass an IPEndPoint or a UnixDomainSocketEndPoint.", nameof(address));
        }
        else if (only is not null && !address.Equals(only))
        {
            throw new ArgumentException($"Invalid address: must be null or {only}, the endpoint's only peer; got {address}.", nameof(address));
        }
    }

    /// <summary>Tells of a failure. False: the endpoint is gone.</summary>
    private bool AfterSend(SocketError error)
    {
        if (error == SocketError.OperationAborted)
        {
            Fail(new SocketException((int)error), "Fatal write error on datagram transport");
            return false;
        }

        if (error != SocketError.Success)
        {
            TellError(error);
        }

        return (_flags & TransportFlags.Lost) == 0;
    }

    private void SendLater(ReadOnlySpan<byte> data, SocketAddress? to)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(copy);
        _waiting.Enqueue(new Datagram(copy, data.Length, to));
        _size += data.Length + HeaderSize;
        _flow.Grown(_size, this);
    }

    private bool TryArmWriting()
    {
        try
        {
            _watch.SetWriter(_writer ??= new WriteSide(this, _reader.RunContext));
            return true;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            Fail(exception, "Fatal error: the socket cannot be watched");
            return false;
        }
    }

    private void OnWritable()
    {
        while (_waiting.TryPeek(out Datagram datagram))
        {
            _file.SendTo(datagram.Data.AsSpan(0, datagram.Length), datagram.To, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                break;
            }

            Drop(_waiting.Dequeue());
            if (!AfterSend(error))
            {
                return;
            }
        }

        _flow.Shrunk(_size, this);
        if (_waiting.Count > 0 || (_flags & TransportFlags.Lost) != 0)
        {
            // More to send, perhaps just sent by the protocol; or aborted by it.
            return;
        }

        _watch.ClearWriter();
        if (IsClosing)
        {
            Lose(null);
        }
    }

    private void DropWaiting()
    {
        while (_waiting.TryDequeue(out Datagram datagram))
        {
            Drop(datagram);
        }
    }

    private void Drop(Datagram datagram)
    {
        _size -= datagram.Length + HeaderSize;
        ArrayPool<byte>.Shared.Return(datagram.Data);
    }

    /// <summary>One that waits; To is null for the peer that the socket is connected to.</summary>
    private readonly record struct Datagram(byte[] Data, int Length, SocketAddress? To);

    /// <summary>What the loop queues when the socket is writable.</summary>
    private sealed class WriteSide(DatagramSocketTransport transport, ExecutionContext? context) : LoopWork
    {
        internal override ExecutionContext? RunContext => context;

        internal override void Run() => transport.OnWritable();

        internal override string Describe() => $"sending of {transport}";
    }
}
