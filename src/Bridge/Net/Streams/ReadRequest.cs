using System.Buffers;
using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <summary>What to read, and where to.</summary>
internal readonly struct ReadRequest
{
    private static readonly ReadOnlyMemory<byte> s_newLine = new([(byte)'\n']);

    /// <summary>The separators, if there are several; or the <see cref="IBufferWriter{T}"/> that takes the bytes.</summary>
    private readonly object? _extra;

    private ReadRequest(ReadKind kind, int count, ReadOnlyMemory<byte> memory, object? extra)
    {
        Kind = kind;
        Count = count;
        Memory = MemoryMarshal.AsMemory(memory);
        _extra = extra;
    }

    internal ReadKind Kind { get; }

    /// <summary>How many bytes; at most or exactly, as the kind says.</summary>
    internal int Count { get; }

    /// <summary>Where to, if the caller gave memory; for Until and Line the separator.</summary>
    internal Memory<byte> Memory { get; }

    internal IBufferWriter<byte>? Writer => _extra as IBufferWriter<byte>;

    internal ReadOnlyMemory<byte>[]? Separators => _extra as ReadOnlyMemory<byte>[];

    /// <summary>The method that asks for this, for errors.</summary>
    internal string Method => Kind switch
    {
        ReadKind.Exactly => nameof(LoopStreamReader.ReadExactlyAsync),
        ReadKind.Line => nameof(LoopStreamReader.ReadLineAsync),
        ReadKind.Until => nameof(LoopStreamReader.ReadUntilAsync),
        _ => nameof(LoopStreamReader.ReadAsync),
    };

    internal static ReadRequest AtMost(int count) => new(ReadKind.AtMost, count, default, null);

    internal static ReadRequest AtMost(Memory<byte> memory) => new(ReadKind.AtMost, memory.Length, memory, null);

    internal static ReadRequest Exactly(int count) => new(ReadKind.Exactly, count, default, null);

    internal static ReadRequest Exactly(Memory<byte> memory) => new(ReadKind.Exactly, memory.Length, memory, null);

    internal static ReadRequest ToEnd() => new(ReadKind.ToEnd, 0, default, null);

    internal static ReadRequest Line(IBufferWriter<byte>? writer) => new(ReadKind.Line, 0, s_newLine, writer);

    internal static ReadRequest Until(ReadOnlyMemory<byte> separator, IBufferWriter<byte>? writer) => new(ReadKind.Until, 0, separator, writer);

    internal static ReadRequest Until(ReadOnlyMemory<byte>[] separators) => new(ReadKind.Until, 0, default, separators);

    internal static ReadRequest Pipe() => new(ReadKind.Pipe, 0, default, null);
}

/// <summary>What a <see cref="ReadRequest"/> asks for.</summary>
internal enum ReadKind : byte
{
    /// <summary>What is there, at least one byte unless the stream has ended.</summary>
    AtMost,

    /// <summary>So many bytes.</summary>
    Exactly,

    /// <summary>Everything up to the end of the stream.</summary>
    ToEnd,

    /// <summary>Everything up to a separator, which is included.</summary>
    Until,

    /// <summary>The same for a newline; at the end of the stream, what is left.</summary>
    Line,

    /// <summary>A look at the buffer, for the members of PipeReader.</summary>
    Pipe,
}

/// <summary>How a <see cref="ReadRequest"/> stands.</summary>
internal enum ReadOutcome : byte
{
    /// <summary>It has to wait for more.</summary>
    Waiting,

    /// <summary>There are the bytes that it takes.</summary>
    Ready,

    /// <summary>The stream has ended before that.</summary>
    Incomplete,

    /// <summary>No separator within the limit.</summary>
    NoSeparator,

    /// <summary>There is a separator, but it lies behind the limit.</summary>
    SeparatorTooFar,

    /// <summary>The stream has failed.</summary>
    Failed,

    /// <summary>Whoever waited was cancelled, or the reader was completed.</summary>
    Interrupted,
}
