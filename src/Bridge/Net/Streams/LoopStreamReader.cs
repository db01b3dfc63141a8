using System.Buffers;
using System.Diagnostics;

namespace Bridge.Net;

/// <summary>Reads a stream of bytes on a loop: so many, up to a separator, line by line, or as a <see cref="System.IO.Pipelines.PipeReader"/>.</summary>
/// <remarks>
/// <para>
/// Bytes are received straight into the reader's buffer, which exists only while there is something in it. When it holds more than twice the
/// limit the transport is paused, and goes on when it is down to the limit. One read at a time; a cancelled read loses nothing.
/// </para>
/// <para>
/// Threads: the loop's, except <see cref="CancelPendingRead"/>. That holds for <see cref="AdvanceTo(SequencePosition)"/> too: code that leaves the loop thread
/// between a read and that needs <see cref="AsStream"/>. Source: asyncio's <c>StreamReader</c>.
/// </para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class LoopStreamReader : IAsyncEnumerable<ReadOnlyMemory<byte>>
{
    /// <summary>The limit of a reader that is made without one, in bytes: 64 KiB.</summary>
    public const int DefaultLimit = 64 * 1024;

    /// <summary>Makes a reader without a connection, to be fed by hand; those of connections are made by <c>OpenConnection</c> and <c>StartServer</c>.</summary>
    /// <param name="limit">How long a line or message may be, and half of how much is buffered, in bytes; at least 1.</param>
    /// <param name="loop">The loop it belongs to. Null: the current one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is zero or negative.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="loop"/> is null and there is no current loop.</exception>
    /// <remarks>Source: <c>StreamReader(limit)</c>.</remarks>
    public LoopStreamReader(int limit = DefaultLimit, EventLoop? loop = null)
        : this(new StreamInput(loop ?? EventLoop.Current, Checked(limit)))
    {
    }

    internal LoopStreamReader(StreamInput input) => Input = input;

    /// <summary>The loop it belongs to. Any thread.</summary>
    public EventLoop Loop => Input.Loop;

    /// <summary>How long a line or message may be, and half of how much is buffered, in bytes. Any thread.</summary>
    public int Limit => Input.Limit;

    /// <summary>Whether everything was read and nothing more will come.</summary>
    /// <remarks>Source: <c>at_eof</c>.</remarks>
    public bool AtEof => Input.IsAtEnd;

    /// <summary>What every read throws from now on, or null.</summary>
    /// <remarks>Source: <c>exception</c>.</remarks>
    public Exception? Exception => Input.Failure;

    internal StreamInput Input { get; }

    /// <summary>The connection's writer, if it has one. So it is not collected, which would close the connection, while somebody has the reader.</summary>
    internal LoopStreamWriter? Companion { get; set; }

    /// <summary>Puts bytes into the buffer and wakes whoever waits for them.</summary>
    /// <param name="data">The bytes; free to change after the call. Empty: nothing happens.</param>
    /// <exception cref="InvalidOperationException">After <see cref="FeedEof"/>, or the loop runs on another thread.</exception>
    /// <remarks>For readers fed by hand; a connection's reader is fed by its transport. Source: <c>feed_data</c>.</remarks>
    public void FeedData(ReadOnlySpan<byte> data)
    {
        Loop.AssertLoopThread();
        Input.Feed(data);
    }

    /// <summary>Nothing more will come: reads give what is there, then the end. A second call does nothing.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>feed_eof</c>.</remarks>
    public void FeedEof()
    {
        Loop.AssertLoopThread();
        Input.FeedEof();
    }

    /// <summary>The stream has failed: the read that waits, and every later one, throws this, even if there are bytes left.</summary>
    /// <param name="exception">The failure.</param>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Source: <c>set_exception</c>.</remarks>
    public void SetException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        Loop.AssertLoopThread();
        Input.Fail(exception);
    }

    /// <summary>Reads what is there, waiting for at least one byte.</summary>
    /// <param name="count">At most so many bytes. 0: none, at once. Negative: everything up to the end of the stream, whatever the limit.</param>
    /// <returns>To be awaited: the bytes; none at the end of the stream.</returns>
    /// <remarks>Source: <c>read</c>.</remarks>
    public StreamRead<byte[]> ReadAsync(int count) => new(this, count < 0 ? ReadRequest.ToEnd() : ReadRequest.AtMost(count));

    /// <summary>Reads what is there, waiting for at least one byte, into the caller's memory. Allocates nothing.</summary>
    /// <param name="destination">Where to. Empty: nothing is read, at once.</param>
    /// <returns>To be awaited: how many bytes; 0 at the end of the stream.</returns>
    public StreamRead<int> ReadAsync(Memory<byte> destination) => new(this, ReadRequest.AtMost(destination));

    /// <summary>Reads so many bytes. The limit does not matter.</summary>
    /// <param name="count">How many.</param>
    /// <returns>To be awaited: the bytes. It throws <see cref="IncompleteReadException"/>, with what came, if the stream ends before.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    /// <remarks>Source: <c>readexactly</c>.</remarks>
    public StreamRead<byte[]> ReadExactlyAsync(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new StreamRead<byte[]>(this, ReadRequest.Exactly(count));
    }

    /// <summary>Fills the caller's memory. Allocates nothing.</summary>
    /// <param name="destination">What to fill.</param>
    /// <returns>To be awaited: its length. It throws <see cref="IncompleteReadException"/>, with what came, if the stream ends before.</returns>
    public StreamRead<int> ReadExactlyAsync(Memory<byte> destination) => new(this, ReadRequest.Exactly(destination));

    /// <summary>Reads a line.</summary>
    /// <returns>
    /// To be awaited: the line with its newline; at the end of the stream what is left, then nothing. It throws
    /// <see cref="LimitOverrunException"/> if the line is longer than the limit, and drops it.
    /// </returns>
    /// <remarks>Source: <c>readline</c>.</remarks>
    public StreamRead<byte[]> ReadLineAsync() => new(this, ReadRequest.Line(null));

    /// <summary>Reads a line into the caller's buffer. Allocates nothing itself.</summary>
    /// <param name="destination">Takes the line with its newline; is not touched before the line is complete.</param>
    /// <returns>To be awaited: how many bytes; 0 at the end of the stream. It throws as <see cref="ReadLineAsync()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    public StreamRead<int> ReadLineAsync(IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return new StreamRead<int>(this, ReadRequest.Line(destination));
    }

    /// <summary>Reads up to a separator.</summary>
    /// <param name="separator">At least one byte.</param>
    /// <returns>
    /// To be awaited: the bytes with the separator. It throws <see cref="IncompleteReadException"/>, with what is left, if the stream ends
    /// before, and <see cref="LimitOverrunException"/> if there is no separator within the limit; then the bytes stay.
    /// </returns>
    /// <exception cref="ArgumentException">The separator is empty.</exception>
    /// <remarks>Source: <c>readuntil</c>.</remarks>
    public StreamRead<byte[]> ReadUntilAsync(ReadOnlyMemory<byte> separator) => new(this, ReadRequest.Until(Checked(separator), null));

    /// <summary>Reads up to the separator that ends first.</summary>
    /// <param name="separators">At least one, each of at least one byte.</param>
    /// <returns>To be awaited, as for one separator.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="separators"/> is null.</exception>
    /// <exception cref="ArgumentException">There is none, or one is empty.</exception>
    /// <remarks>Source: <c>readuntil</c> with a tuple.</remarks>
    public StreamRead<byte[]> ReadUntilAsync(params ReadOnlyMemory<byte>[] separators)
    {
        ArgumentNullException.ThrowIfNull(separators);
        if (separators.Length == 0)
        {
            throw new ArgumentException(Messages.NoSeparators, nameof(separators));
        }

        // The shortest first: of two that end at the same byte it counts.
        ReadOnlyMemory<byte>[] sorted = [.. separators.OrderBy(separator => Checked(separator).Length)];
        return new StreamRead<byte[]>(this, ReadRequest.Until(sorted));
    }

    /// <summary>Reads up to a separator into the caller's buffer. Allocates nothing itself.</summary>
    /// <param name="separator">At least one byte.</param>
    /// <param name="destination">Takes the bytes with the separator; is not touched before they are complete.</param>
    /// <returns>To be awaited: how many bytes. It throws as <see cref="ReadUntilAsync(ReadOnlyMemory{byte})"/>.</returns>
    /// <exception cref="ArgumentException">The separator is empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    public StreamRead<int> ReadUntilAsync(ReadOnlyMemory<byte> separator, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return new StreamRead<int>(this, ReadRequest.Until(Checked(separator), destination));
    }

    /// <summary>For <c>await foreach</c>: line by line, up to the end of the stream.</summary>
    /// <param name="cancellationToken">Looked at before each line.</param>
    /// <returns>An enumerator whose waits can be cancelled with the task.</returns>
    /// <remarks>Source: <c>async for line in reader</c>.</remarks>
    public LineEnumerator GetAsyncEnumerator(CancellationToken cancellationToken = default) => new(this, cancellationToken);

    IAsyncEnumerator<ReadOnlyMemory<byte>> IAsyncEnumerable<ReadOnlyMemory<byte>>.GetAsyncEnumerator(CancellationToken cancellationToken)
        => GetAsyncEnumerator(cancellationToken);

    /// <summary>State, for people.</summary>
    public override string ToString() => Input.ToString();

    private static int Checked(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return limit;
    }

    private static ReadOnlyMemory<byte> Checked(ReadOnlyMemory<byte> separator)
        => separator.IsEmpty ? throw new ArgumentException(Messages.EmptySeparator, nameof(separator)) : separator;
}
