using System.Runtime.InteropServices;
using Bridge.Net;
using Bridge.Net.Native;

namespace Bridge.Tests.Net;

/// <summary>What waits to be sent, while the system takes a part of any size.</summary>
public sealed unsafe class WriteBufferTests
{
    private const int Most = 2500;

    [Fact(Timeout = 60000)]
    public void Advance_ByEverySize_LeavesExactlyTheRest()
    {
        byte[] data = new byte[Most];
        new Random(1).NextBytes(data);
        for (int taken = 0; taken <= Most; taken++)
        {
            WriteBuffer buffer = Fill(data);
            Assert.Equal(taken, Take(buffer, taken).Length);
            Assert.Equal(Most - taken, buffer.Size);
            Assert.Equal(taken == Most, buffer.IsEmpty);
            Assert.True(data.AsSpan(taken).SequenceEqual(Take(buffer, Most - taken)));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact(Timeout = 60000)]
    public void Advance_AgainAndAgainBySizesOfEveryKind_KeepsTheOrder()
    {
        byte[] data = new byte[Most];
        new Random(2).NextBytes(data);
        for (int step = 1; step <= Most; step += 1 + (step / 20))
        {
            // The buffer is filled again before it is empty, as by a writer that does not wait.
            WriteBuffer buffer = Fill(data);
            var all = new List<byte>();
            for (int round = 0; round < 3 || !buffer.IsEmpty; round++)
            {
                all.AddRange(Take(buffer, Math.Min(step, buffer.Size)));
                if (round < 2)
                {
                    buffer.Append(data);
                }
            }

            Assert.True(all.ToArray().AsSpan().SequenceEqual([.. data, .. data, .. data]));
        }
    }

    [Fact(Timeout = 60000)]
    public void Clear_PartlySent_IsAsNew()
    {
        WriteBuffer buffer = Fill(new byte[Most]);
        buffer.Advance(77);
        buffer.Clear();
        Assert.True(buffer.IsEmpty);
        buffer.Append([1, 2, 3]);
        Assert.Equal([1, 2, 3], buffer.First.ToArray());
        Assert.True(buffer.IsContiguous);
        buffer.Clear();
    }

    /// <summary>In pieces of different sizes.</summary>
    private static WriteBuffer Fill(byte[] data)
    {
        var buffer = new WriteBuffer();
        for (int start = 0, size = 1; start < data.Length; start += size++)
        {
            buffer.Append(data.AsSpan(start, Math.Min(size, data.Length - start)));
        }

        return buffer;
    }

    /// <summary>Sees what one gathered call would be given, and takes so much of it, as the system does; at most one call's worth at a time.</summary>
    private static byte[] Take(WriteBuffer buffer, int count)
    {
        var taken = new List<byte>(count);
        Span<SocketLibC.IoVector> vectors = stackalloc SocketLibC.IoVector[3];
        Span<GCHandle> pins = stackalloc GCHandle[3];
        while (taken.Count < count)
        {
            int pieces = buffer.Pin(vectors, pins);
            Assert.NotEqual(0, pieces);
            int before = taken.Count;
            for (int i = 0; i < pieces; i++)
            {
                var piece = new ReadOnlySpan<byte>(vectors[i].Base, (int)vectors[i].Length);
                taken.AddRange(piece[..Math.Min(piece.Length, count - taken.Count)]);
                pins[i].Free();
            }

            buffer.Advance(taken.Count - before);
        }

        return [.. taken];
    }
}
