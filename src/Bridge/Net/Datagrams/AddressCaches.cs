using System.Net;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>The address in .NET's form of whoever sent last. The same sender again costs a comparison and no allocation. Loop thread.</summary>
internal struct SenderCache
{
    private readonly SocketAddress _raw;
    private byte[] _last;
    private EndPoint? _endPoint;

    public SenderCache()
    {
        // The family is what the system writes.
        _raw = new SocketAddress(AddressFamily.InterNetworkV6, SocketAddresses.MaxSize);
        _last = [];
    }

    /// <summary>Where the system writes the sender's address.</summary>
    internal readonly SocketAddress Raw => _raw;

    /// <summary>What the system wrote. Null: the sender has no address.</summary>
    internal EndPoint? Take()
    {
        ReadOnlySpan<byte> raw = _raw.Buffer.Span[.._raw.Size];
        if (!raw.SequenceEqual(_last))
        {
            _endPoint = SocketAddresses.ToEndPoint(_raw);
            _last = raw.ToArray();
        }

        return _endPoint;
    }
}

/// <summary>The system's form of the address that was sent to last. Loop thread.</summary>
internal struct ReceiverCache
{
    private SocketAddress? _raw;
    private IPAddress? _address;
    private int _port;
    private EndPoint? _other;

    /// <summary>The form to send with; it is never changed afterwards.</summary>
    internal SocketAddress Get(EndPoint address, Socket socket)
    {
        // An IPEndPoint can be changed by its owner, so its parts are compared, not the object.
        if (address is IPEndPoint ip)
        {
            if (_raw is null || _port != ip.Port || !ip.Address.Equals(_address))
            {
                (_address, _port, _other) = (ip.Address, ip.Port, null);
                _raw = SocketAddresses.Of(ip, socket);
            }
        }
        else if (_raw is null || !address.Equals(_other))
        {
            (_address, _other) = (null, address);
            _raw = SocketAddresses.Of(address, socket);
        }

        return _raw;
    }
}
