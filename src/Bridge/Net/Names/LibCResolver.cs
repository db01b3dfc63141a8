using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Net.Native;

namespace Bridge.Net;

/// <summary>Names by getaddrinfo and getnameinfo of the C library, which know services, flags and proper names; <see cref="Dns"/> does not.</summary>
internal sealed class LibCResolver : NameResolver
{
    private static readonly IdnMapping s_idn = new();

    internal override unsafe AddressInfo[] GetAddressInfo(NameQuery query)
    {
        var hints = new NameLibC.AddrInfo
        {
            Flags = NameLibC.Native(query.Flags),
            Family = NameLibC.Native(query.Family),
            SocketType = query.SocketType == SocketType.Unknown ? 0 : NameLibC.Native(query.SocketType),
            Protocol = (int)query.Protocol,
        };
        string? host = string.IsNullOrEmpty(query.Host) ? null : Ascii(query);
        string? service = string.IsNullOrEmpty(query.Service) ? null : query.Service;
        if (host is null && service is null)
        {
            // The system refuses to be asked for nothing; asyncio's caller means port 0 then.
            service = "0";
        }

        NameLibC.AddrInfo* first = null;
        int code = NameLibC.GetAddrInfo(host, service, &hints, &first);
        if (code != 0)
        {
            throw new SocketException((int)NameLibC.ErrorOf(code), Messages.LookupFailed(query, NameLibC.TextOf(code)));
        }

        try
        {
            var found = new List<AddressInfo>();
            for (NameLibC.AddrInfo* info = first; info is not null; info = info->Next)
            {
                if (NameLibC.AddressOf(info) is { } address)
                {
                    found.Add(new AddressInfo(
                        address.AddressFamily,
                        NameLibC.SocketTypeOf(info->SocketType),
                        (ProtocolType)info->Protocol,
                        Marshal.PtrToStringUTF8((nint)info->CanonicalName),
                        address));
                }
            }

            return [.. found];
        }
        finally
        {
            NameLibC.FreeAddrInfo(first);
        }
    }

    internal override unsafe (string Host, string Service) GetNameInfo(IPEndPoint address, NameInfoFlags flags)
    {
        const int HostSize = 1025;
        const int ServiceSize = 32;
        byte* host = stackalloc byte[HostSize];
        byte* service = stackalloc byte[ServiceSize];
        SocketAddress raw = address.Serialize();
        int code;
        fixed (byte* start = raw.Buffer.Span)
        {
            code = NameLibC.GetNameInfo(start, (uint)raw.Size, host, HostSize, service, ServiceSize, NameLibC.Native(flags));
        }

        return code == 0
            ? (Marshal.PtrToStringUTF8((nint)host)!, Marshal.PtrToStringUTF8((nint)service)!)
            : throw new SocketException((int)NameLibC.ErrorOf(code), Messages.ReverseLookupFailed(address, NameLibC.TextOf(code)));
    }

    /// <summary>The form of a name that resolvers understand.</summary>
    private static string Ascii(NameQuery query)
    {
        if (System.Text.Ascii.IsValid(query.Host!))
        {
            return query.Host!;
        }

        try
        {
            return s_idn.GetAscii(query.Host!);
        }
        catch (ArgumentException exception)
        {
            throw new SocketException((int)SocketError.HostNotFound, Messages.LookupFailed(query, exception.Message));
        }
    }
}
