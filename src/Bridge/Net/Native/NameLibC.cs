using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge.Net.Native;

/// <summary>Name lookups of the C library, and the numbers that differ from one Unix to the next.</summary>
internal static unsafe partial class NameLibC
{
    private static bool IsLinux => OperatingSystem.IsLinux() || OperatingSystem.IsAndroid();

    private static bool IsApple => OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() || OperatingSystem.IsMacCatalyst() || OperatingSystem.IsTvOS();

    private static int FamilyV6 => IsLinux ? 10 : IsApple ? 30 : 28;

    [LibraryImport("libc", EntryPoint = "getaddrinfo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int GetAddrInfo(string? host, string? service, AddrInfo* hints, AddrInfo** result);

    [LibraryImport("libc", EntryPoint = "freeaddrinfo")]
    internal static partial void FreeAddrInfo(AddrInfo* info);

    [LibraryImport("libc", EntryPoint = "getnameinfo", SetLastError = true)]
    internal static partial int GetNameInfo(byte* address, uint size, byte* host, uint hostSize, byte* service, uint serviceSize, int flags);

    [LibraryImport("libc", EntryPoint = "gai_strerror")]
    private static partial nint GaiStrError(int code);

    internal static string TextOf(int code) => IsSystem(code)
        ? Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())
        : Marshal.PtrToStringUTF8(GaiStrError(code)) ?? $"error {code}";

    /// <summary>The error of an EAI_ number: negative ones on Linux, positive ones, in another order, elsewhere.</summary>
    internal static SocketError ErrorOf(int code) => code switch
    {
        _ when IsSystem(code) => SocketErrors.Last(),
        -2 or 8 => SocketError.HostNotFound,
        -3 or 2 => SocketError.TryAgain,
        -4 or 4 => SocketError.NoRecovery,
        -5 or 7 => SocketError.NoData,
        -1 or 3 => SocketError.InvalidArgument,
        -6 or -9 or 1 or 5 => SocketError.AddressFamilyNotSupported,
        -7 or 10 => SocketError.SocketNotSupported,
        -8 or 9 => SocketError.TypeNotFound,
        -10 or 6 => SocketError.NoBufferSpaceAvailable,
        _ => SocketError.SocketError,
    };

    internal static int Native(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? FamilyV6 : (int)family;

    /// <summary>Stream, datagram and raw are 1, 2 and 3 for everybody.</summary>
    internal static int Native(SocketType type) => (int)type;

    internal static SocketType SocketTypeOf(int type) => (SocketType)type;

    internal static int Native(AddressInfoFlags flags)
    {
        int native = (int)flags & 0x7;
        native |= (flags & AddressInfoFlags.NumericService) == 0 ? 0 : IsLinux ? 0x400 : IsApple ? 0x1000 : 0x8;
        native |= (flags & AddressInfoFlags.AddressConfigured) == 0 ? 0 : IsLinux ? 0x20 : 0x400;
        native |= (flags & AddressInfoFlags.MapIPv4) == 0 ? 0 : IsLinux ? 0x8 : 0x800;
        native |= (flags & AddressInfoFlags.All) == 0 ? 0 : IsLinux ? 0x10 : 0x100;
        return native;
    }

    internal static int Native(NameInfoFlags flags)
    {
        int native = (flags & NameInfoFlags.NumericHost) == 0 ? 0 : IsLinux ? 1 : 2;
        native |= (flags & NameInfoFlags.NumericService) == 0 ? 0 : IsLinux ? 2 : 8;
        native |= (flags & NameInfoFlags.NameRequired) == 0 ? 0 : IsLinux ? 8 : 4;
        native |= (flags & NameInfoFlags.NoDomain) == 0 ? 0 : IsLinux ? 4 : 1;
        native |= (flags & NameInfoFlags.Datagram) == 0 ? 0 : 16;
        return native;
    }

    /// <summary>Null for families other than IP.</summary>
    internal static IPEndPoint? AddressOf(AddrInfo* info)
    {
        AddressFamily family = info->Family == FamilyV6 ? AddressFamily.InterNetworkV6
            : info->Family == (int)AddressFamily.InterNetwork ? AddressFamily.InterNetwork : AddressFamily.Unknown;
        if (family == AddressFamily.Unknown)
        {
            return null;
        }

        var address = new SocketAddress(family, (int)info->AddressSize);
        new ReadOnlySpan<byte>(info->Address, (int)info->AddressSize).CopyTo(address.Buffer.Span);
        return (IPEndPoint?)SocketAddresses.ToEndPoint(address);
    }

    private static bool IsSystem(int code) => code == (IsLinux ? -11 : 11);

    /// <summary>struct addrinfo: the BSD family has two of its members the other way round.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct AddrInfo
    {
        internal int Flags;
        internal int Family;
        internal int SocketType;
        internal int Protocol;
        internal uint AddressSize;
        private byte* _first;
        private byte* _second;
        internal AddrInfo* Next;

        internal readonly byte* Address => IsLinux ? _first : _second;

        internal readonly byte* CanonicalName => IsLinux ? _second : _first;
    }
}
