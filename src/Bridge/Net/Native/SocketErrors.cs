using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge.Net.Native;

/// <summary>Turns the error numbers of the system into .NET's.</summary>
internal static class SocketErrors
{
    private static readonly Dictionary<int, SocketError> s_table = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? Linux() : Bsd();

    /// <summary>What the last call of this thread failed with.</summary>
    internal static SocketError Last() => Of(Marshal.GetLastPInvokeError());

    internal static SocketError Of(int errorNumber) => s_table.TryGetValue(errorNumber, out SocketError error) ? error : SocketError.SocketError;

    /// <summary>Numbers up to 34 are the same everywhere.</summary>
    private static Dictionary<int, SocketError> Common() => new()
    {
        [1] = SocketError.AccessDenied,
        [4] = SocketError.Interrupted,
        [9] = SocketError.OperationAborted,
        [12] = SocketError.NoBufferSpaceAvailable,
        [13] = SocketError.AccessDenied,
        [14] = SocketError.Fault,
        [22] = SocketError.InvalidArgument,
        [23] = SocketError.TooManyOpenSockets,
        [24] = SocketError.TooManyOpenSockets,
        [32] = SocketError.Shutdown,
    };

    private static Dictionary<int, SocketError> Linux()
    {
        Dictionary<int, SocketError> table = Common();
        table[2] = SocketError.AddressNotAvailable;
        table[11] = SocketError.WouldBlock;
        table[88] = SocketError.NotSocket;
        table[89] = SocketError.DestinationAddressRequired;
        table[90] = SocketError.MessageSize;
        table[91] = SocketError.ProtocolType;
        table[92] = SocketError.ProtocolOption;
        table[93] = SocketError.ProtocolNotSupported;
        table[95] = SocketError.OperationNotSupported;
        table[97] = SocketError.AddressFamilyNotSupported;
        table[98] = SocketError.AddressAlreadyInUse;
        table[99] = SocketError.AddressNotAvailable;
        table[100] = SocketError.NetworkDown;
        table[101] = SocketError.NetworkUnreachable;
        table[102] = SocketError.NetworkReset;
        table[103] = SocketError.ConnectionAborted;
        table[104] = SocketError.ConnectionReset;
        table[105] = SocketError.NoBufferSpaceAvailable;
        table[106] = SocketError.IsConnected;
        table[107] = SocketError.NotConnected;
        table[110] = SocketError.TimedOut;
        table[111] = SocketError.ConnectionRefused;
        table[112] = SocketError.HostDown;
        table[113] = SocketError.HostUnreachable;
        table[114] = SocketError.AlreadyInProgress;
        table[115] = SocketError.InProgress;
        table[125] = SocketError.OperationAborted;
        return table;
    }

    private static Dictionary<int, SocketError> Bsd()
    {
        Dictionary<int, SocketError> table = Common();
        table[2] = SocketError.AddressNotAvailable;
        table[35] = SocketError.WouldBlock;
        table[36] = SocketError.InProgress;
        table[37] = SocketError.AlreadyInProgress;
        table[38] = SocketError.NotSocket;
        table[39] = SocketError.DestinationAddressRequired;
        table[40] = SocketError.MessageSize;
        table[41] = SocketError.ProtocolType;
        table[42] = SocketError.ProtocolOption;
        table[43] = SocketError.ProtocolNotSupported;
        table[45] = SocketError.OperationNotSupported;
        table[47] = SocketError.AddressFamilyNotSupported;
        table[48] = SocketError.AddressAlreadyInUse;
        table[49] = SocketError.AddressNotAvailable;
        table[50] = SocketError.NetworkDown;
        table[51] = SocketError.NetworkUnreachable;
        table[52] = SocketError.NetworkReset;
        table[53] = SocketError.ConnectionAborted;
        table[54] = SocketError.ConnectionReset;
        table[55] = SocketError.NoBufferSpaceAvailable;
        table[56] = SocketError.IsConnected;
        table[57] = SocketError.NotConnected;
        table[60] = SocketError.TimedOut;
        table[61] = SocketError.ConnectionRefused;
        table[64] = SocketError.HostDown;
        table[65] = SocketError.HostUnreachable;
        table[89] = SocketError.OperationAborted;
        return table;
    }
}
