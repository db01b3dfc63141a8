using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bridge.Net.Native;

namespace Bridge.Net;

/// <summary>An IP address in the system's form, inline: a third of what an <see cref="IPEndPoint"/> takes, for nobody may ever ask.</summary>
internal struct PeerAddress
{
    private RawAddress _bytes;
    private byte _size;

    /// <summary>Room for the system to write to.</summary>
    [UnscopedRef]
    internal Span<byte> Room => _bytes;

    /// <summary>Sets the length that the system wrote; one that does not fit, as of a Unix-domain path, counts as unknown.</summary>
    internal void SetSize(uint size) => _size = size <= RawAddress.Length ? (byte)size : (byte)0;

    /// <summary>The peer of a connected socket, to be known still when it has gone; unknown where there is none, or its name is longer.</summary>
    internal static unsafe PeerAddress Of(SafeHandle socket)
    {
        PeerAddress peer = default;
        if (OperatingSystem.IsWindows())
        {
            return peer;
        }

        fixed (byte* name = peer.Room)
        {
            uint size = (uint)peer.Room.Length;
            peer.SetSize(SocketLibC.GetPeerName(socket, name, &size) == 0 ? size : 0);
        }

        return peer;
    }

    /// <summary>For .NET; null if it is unknown or has no name.</summary>
    internal readonly EndPoint? ToEndPoint()
    {
        if (_size < 16)
        {
            return null;
        }

        var address = new SocketAddress(_size > 16 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, _size);
        ((ReadOnlySpan<byte>)_bytes)[.._size].CopyTo(address.Buffer.Span);
        return SocketAddresses.ToEndPoint(address);
    }

    [InlineArray(Length)]
    private struct RawAddress
    {
        /// <summary>Of sockaddr_in6, the longest of them.</summary>
        internal const int Length = 28;

        private byte _first;
    }
}
