using System.Buffers;

namespace Bridge.Net;

/// <summary>The writing side of a transport. Loop thread.</summary>
/// <remarks>
/// Writing never waits: what the system does not take at once is copied and sent when it can be. A protocol that writes much heeds
/// PauseWriting and ResumeWriting, else the copies pile up. Source: asyncio's <c>WriteTransport</c>.
/// </remarks>
public interface IWriteTransport
{
    /// <summary>How many bytes wait to be sent.</summary>
    int WriteBufferSize { get; }

    /// <summary>The marks: above High the protocol is told to pause, at or below Low to go on. In bytes.</summary>
    (int Low, int High) WriteBufferLimits { get; }

    /// <summary>Whether <see cref="WriteEof"/> can close the writing half alone.</summary>
    bool CanWriteEof { get; }

    /// <summary>Sends bytes, now as far as the system takes them, the rest later.</summary>
    /// <param name="data">The bytes; free to change after the call. Empty: nothing happens.</param>
    /// <exception cref="InvalidOperationException">After <see cref="WriteEof"/>, while a file is being sent, or on a wrong thread.</exception>
    /// <remarks>After Close or a loss the bytes are dropped; from the fifth such write on there is a warning.</remarks>
    void Write(ReadOnlySpan<byte> data);

    /// <summary>Sends several pieces in order, with as few system calls as can be.</summary>
    /// <param name="data">The pieces; free to change after the call.</param>
    /// <exception cref="InvalidOperationException">As for one piece.</exception>
    void Write(in ReadOnlySequence<byte> data);

    /// <summary>Sends several buffers in order, with as few system calls as can be.</summary>
    /// <param name="buffers">The buffers; free to change after the call.</param>
    /// <exception cref="ArgumentNullException"><paramref name="buffers"/> is null.</exception>
    /// <exception cref="InvalidOperationException">As for one piece.</exception>
    /// <remarks>Source: <c>writelines</c>.</remarks>
    void WriteLines(IEnumerable<ReadOnlyMemory<byte>> buffers);

    /// <summary>Closes the writing half once everything is sent. The peer sees end of stream; reading goes on. A second call does nothing.</summary>
    /// <exception cref="NotSupportedException">The transport cannot (<see cref="CanWriteEof"/>).</exception>
    void WriteEof();

    /// <summary>Sets the marks of flow control; may tell the protocol to pause at once.</summary>
    /// <param name="high">In bytes, 0 or more; 0 pauses whenever anything waits. Null: four times <paramref name="low"/>, or 64 KiB.</param>
    /// <param name="low">In bytes, at most <paramref name="high"/>. Null: a quarter of <paramref name="high"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not high &gt;= low &gt;= 0.</exception>
    /// <remarks>Source: <c>set_write_buffer_limits</c>.</remarks>
    void SetWriteBufferLimits(int? high = null, int? low = null);

    /// <summary>Closes at once: what waits to be sent is dropped, the protocol is told in a later turn. After Close: cuts that short.</summary>
    void Abort();
}
