using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Bridge.AspNetCore.Tests;

/// <summary>Short words for pipes in tests.</summary>
internal static class PipeReading
{
    /// <summary>Reads until the end, or that many bytes.</summary>
    internal static async Task<byte[]> ReadBytes(this PipeReader reader, int count = int.MaxValue)
    {
        var bytes = new List<byte>();
        while (bytes.Count < count)
        {
            ReadResult result = await reader.ReadAsync();
            ReadOnlySequence<byte> taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, count - bytes.Count));
            bytes.AddRange(taken.ToArray());
            reader.AdvanceTo(taken.End);
            if (result.IsCompleted && taken.Length == result.Buffer.Length)
            {
                break;
            }
        }

        return [.. bytes];
    }

    internal static async Task<string> ReadText(this PipeReader reader, int count) => Encoding.ASCII.GetString(await reader.ReadBytes(count));
}
