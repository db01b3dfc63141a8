using System.Buffers;

namespace Bridge.Net;

/// <summary>Strings several buffers together, without copying them.</summary>
internal sealed class BufferChain : ReadOnlySequenceSegment<byte>
{
    private BufferChain(ReadOnlyMemory<byte> memory, long index)
    {
        Memory = memory;
        RunningIndex = index;
    }

    internal static ReadOnlySequence<byte> Of(IEnumerable<ReadOnlyMemory<byte>> buffers)
    {
        BufferChain? first = null;
        BufferChain? last = null;
        foreach (ReadOnlyMemory<byte> buffer in buffers)
        {
            if (buffer.IsEmpty)
            {
                continue;
            }

            var next = new BufferChain(buffer, last is null ? 0 : last.RunningIndex + last.Memory.Length);
            first ??= next;
            last?.Next = next;
            last = next;
        }

        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }
}
