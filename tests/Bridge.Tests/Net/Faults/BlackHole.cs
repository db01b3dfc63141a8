using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge.Tests.Net;

/// <summary>Makes a socket drop all that comes, as if its machine had lost power: it acknowledges nothing, and says neither that it ends nor that it resets. Linux.</summary>
internal static unsafe class BlackHole
{
    private const int SocketLevel = 1;
    private const int AttachFilter = 26;

    internal static void Swallow(Socket socket)
    {
        // A socket filter (BPF) of one instruction: "return 0", keep nothing of the packet. It needs no rights.
        ulong drop = 0x06;
        Span<byte> program = stackalloc byte[16];
        MemoryMarshal.Write(program, (ushort)1);
        MemoryMarshal.Write(program[8..], (nint)(&drop));
        socket.SetRawSocketOption(SocketLevel, AttachFilter, program);
    }
}
