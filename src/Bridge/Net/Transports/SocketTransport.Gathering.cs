using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bridge.Net.Native;

namespace Bridge.Net;

/// <content>Sending several pieces in one call of the system.</content>
internal sealed partial class SocketTransport
{
    /// <summary>Sends the first pieces in one call.</summary>
    private unsafe int SendFirst(in ReadOnlySequence<byte> data, out SocketError error)
    {
        Span<SocketLibC.IoVector> vectors = stackalloc SocketLibC.IoVector[Pins.Length];
        Pins pins = default;
        int count = 0;
        try
        {
            foreach (ReadOnlyMemory<byte> piece in data)
            {
                if (count == Pins.Length)
                {
                    break;
                }

                if (!piece.IsEmpty)
                {
                    pins[count] = piece.Pin();
                    vectors[count] = new SocketLibC.IoVector { Base = (byte*)pins[count].Pointer, Length = (nuint)piece.Length };
                    count++;
                }
            }

            return _file.Send(vectors[..count], out error);
        }
        finally
        {
            for (int i = 0; i < count; i++)
            {
                pins[i].Dispose();
            }
        }
    }

    private int SendBuffered(WriteBuffer buffer, out SocketError error)
    {
        if (buffer.IsContiguous)
        {
            return _file.Send(buffer.First, out error);
        }

        Span<SocketLibC.IoVector> vectors = stackalloc SocketLibC.IoVector[SocketFile.MaxVectors];
        Span<GCHandle> pins = stackalloc GCHandle[SocketFile.MaxVectors];
        int count = buffer.Pin(vectors, pins);
        int sent = _file.Send(vectors[..count], out error);
        foreach (GCHandle pin in pins[..count])
        {
            pin.Free();
        }

        return sent;
    }

    /// <summary>The pieces of one gathered send.</summary>
    [InlineArray(Length)]
    private struct Pins
    {
        internal const int Length = 16;

        private MemoryHandle _first;
    }
}
