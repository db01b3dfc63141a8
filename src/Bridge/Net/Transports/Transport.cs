using System.Buffers;
using System.Net;

namespace Bridge.Net;

/// <summary>A two-way stream of bytes: a TCP or Unix-domain connection, or TLS over one. Serves a <see cref="Protocol"/> or a <see cref="BufferedProtocol"/>.</summary>
/// <remarks>Threads: loop thread. Source: asyncio's <c>Transport</c>.</remarks>
public abstract class Transport : BaseTransport, IReadTransport, IWriteTransport
{
    /// <summary>For the transports of this library and for those that wrap another one.</summary>
    /// <param name="loop">The loop that the transport belongs to.</param>
    protected Transport(EventLoop loop)
        : base(loop)
    {
    }

    /// <summary>Our own address, or null if there is none.</summary>
    public EndPoint? LocalEndPoint => GetExtraInfo<EndPoint>(ExtraInfo.SocketName);

    /// <summary>The peer's address, or null if there is none.</summary>
    public EndPoint? RemoteEndPoint => GetExtraInfo<EndPoint>(ExtraInfo.PeerName);

    /// <inheritdoc/>
    public abstract bool IsReading { get; }

    /// <inheritdoc/>
    public abstract int WriteBufferSize { get; }

    /// <inheritdoc/>
    public abstract (int Low, int High) WriteBufferLimits { get; }

    /// <inheritdoc/>
    public abstract bool CanWriteEof { get; }

    /// <inheritdoc/>
    public abstract void PauseReading();

    /// <inheritdoc/>
    public abstract void ResumeReading();

    /// <inheritdoc/>
    public abstract void Write(ReadOnlySpan<byte> data);

    /// <inheritdoc/>
    public abstract void Write(in ReadOnlySequence<byte> data);

    /// <inheritdoc/>
    public abstract void WriteLines(IEnumerable<ReadOnlyMemory<byte>> buffers);

    /// <inheritdoc/>
    public abstract void WriteEof();

    /// <inheritdoc/>
    public abstract void SetWriteBufferLimits(int? high = null, int? low = null);

    /// <inheritdoc/>
    public abstract void Abort();
}
