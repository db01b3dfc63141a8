using System.Buffers;
using System.Globalization;
using System.Text;
using Bridge.Net;

namespace Bridge.Tests.Net.RealPeers;

/// <summary>Speaks Redis's protocol (RESP2) over a stream: as much of a client as the tests need.</summary>
internal sealed class RedisConnection(LoopStream stream) : IAsyncDisposable
{
    private readonly ArrayBufferWriter<byte> _line = new();

    internal LoopStream Stream => stream;

    /// <summary>Sends a command and waits for its answer.</summary>
    internal async Coroutine<object?> Ask(params string[] words)
    {
        Send(words);
        return await Reply();
    }

    /// <summary>Sends a command; never waits.</summary>
    internal void Send(params string[] words) => Send([.. words.Select(Encoding.UTF8.GetBytes)]);

    internal void Send(byte[][] words)
    {
        stream.Writer.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*{words.Length}\r\n")));
        foreach (byte[] word in words)
        {
            stream.Writer.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${word.Length}\r\n")));
            stream.Writer.Write(word);
            stream.Writer.Write("\r\n"u8);
        }
    }

    /// <summary>Waits for an answer: a string, bytes, a number, an array of these, null, or an exception for an error.</summary>
    internal async Coroutine<object?> Reply()
    {
        _line.ResetWrittenCount();
        if (await stream.Reader.ReadUntilAsync("\r\n"u8.ToArray(), _line) == 0)
        {
            throw new EndOfStreamException();
        }

        char kind = (char)_line.WrittenSpan[0];
        string rest = Encoding.UTF8.GetString(_line.WrittenSpan[1..^2]);
        switch (kind)
        {
            case '+': return rest;
            case '-': return new InvalidDataException(rest);
            case ':': return long.Parse(rest, CultureInfo.InvariantCulture);
            case '$' when rest == "-1": return null;
            case '*' when rest == "-1": return null;
            case '$': return (await stream.Reader.ReadExactlyAsync(int.Parse(rest, CultureInfo.InvariantCulture) + 2))[..^2];
            case '*':
                var items = new object?[int.Parse(rest, CultureInfo.InvariantCulture)];
                for (int i = 0; i < items.Length; i++)
                {
                    items[i] = await Reply();
                }

                return items;
            default: throw new InvalidDataException($"{kind}{rest}");
        }
    }

    /// <summary>An answer's text.</summary>
    internal static string Text(object? reply) => reply is byte[] bytes ? Encoding.UTF8.GetString(bytes) : Convert.ToString(reply, CultureInfo.InvariantCulture)!;

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
