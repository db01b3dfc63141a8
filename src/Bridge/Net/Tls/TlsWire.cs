using System.Threading.Tasks.Sources;

namespace Bridge.Net;

/// <summary>The encrypted side of an <c>SslStream</c>: what the lower transport receives and sends.</summary>
/// <remarks>
/// <para>
/// The stream reads here from what is being received right now, without a copy; what it leaves is kept. Writing never waits: the lower
/// transport takes everything, and <see cref="TlsTransport"/> gives the stream nothing to encrypt while that one is full.
/// </para>
/// <para>
/// Threads: the stream is called on the loop thread, and goes on there, inside <see cref="Enter"/>. Should it come from another thread all
/// the same (a certificate is being judged with the help of the network), what it wants is posted to the loop. Fields belong to the loop
/// thread, unless they say otherwise.
/// </para>
/// </remarks>
internal sealed unsafe class TlsWire : Stream, IValueTaskSource<int>
{
    private readonly TlsTransport _transport;

    /// <summary>
    /// The one read that waits, and its destination. Written by the thread that reads, then handed to the loop thread: by being that
    /// thread, or by the inbox's gate. The stream does not read again before it has the result.
    /// </summary>
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _target;
    private bool _isWaiting;

    /// <summary>What is being received, pinned for the time of <see cref="Receive"/>.</summary>
    private byte* _fresh;
    private int _freshLength;

    /// <summary>What was received before that and has not been read; nothing while the stream keeps up.</summary>
    private WriteBuffer? _kept;
    private bool _isEof;
    private bool _isOver;

    /// <summary>
    /// The thread that is inside a call of ours into the stream; 0: none. Written by the loop thread, read by any: benign, for a thread only
    /// asks whether it is itself.
    /// </summary>
    private volatile int _insider;

    internal TlsWire(TlsTransport transport) => _transport = transport;

    /// <summary>Whether the stream was told that the peer's bytes have ended.</summary>
    internal bool WasEofRead { get; private set; }

    /// <summary>Whether the stream goes on in the thread pool after waiting for bytes.</summary>
    internal bool ResumesOnPool { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether this thread is inside a call of ours into the stream. Any thread.</summary>
    internal bool IsInside => _insider == Environment.CurrentManagedThreadId;

    private bool HasBytes => _freshLength > 0 || _kept is { IsEmpty: false };

    /// <summary>Around every call into the stream, and everything that makes it go on.</summary>
    internal Visit Enter() => new(this);

    /// <summary>Gives the stream what was received. Whatever it does not take is kept.</summary>
    internal void Receive(ReadOnlySpan<byte> data)
    {
        if (_freshLength > 0)
        {
            // Received while the stream still works on what came before, as from a transport that answers at once.
            KeepFresh();
            Keep(data);
            return;
        }

        fixed (byte* start = data)
        {
            _fresh = start;
            _freshLength = data.Length;
            try
            {
                Serve();
                _transport.PumpReads();
            }
            finally
            {
                KeepFresh();
            }
        }
    }

    /// <summary>For later: bytes that come before anything else.</summary>
    internal void Keep(ReadOnlySpan<byte> data)
    {
        if (!data.IsEmpty)
        {
            (_kept ??= new WriteBuffer()).Append(data);
        }
    }

    /// <summary>The peer will send nothing more.</summary>
    internal void ReceiveEof()
    {
        _isEof = true;
        Serve();
        _transport.PumpReads();
    }

    /// <summary>Ends a read that waits, and all that come.</summary>
    internal void End()
    {
        _isOver = true;
        _freshLength = 0;
        _kept?.Clear();
        Serve();
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        bool isInside = IsInside;
        if (isInside && TryRead(buffer.Span, out int count))
        {
            return new ValueTask<int>(count);
        }

        _read.Reset();
        _read.RunContinuationsAsynchronously = ResumesOnPool;
        _target = buffer;
        if (isInside)
        {
            _isWaiting = true;
        }
        else if (!_transport.Loop.TryPost(static (object? wire) => ((TlsWire)wire!).ServeStranger(), this, null))
        {
            throw new IOException(Messages.TlsOver);
        }

        return new ValueTask<int>(this, _read.Version);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Not for use: reading may have to wait.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (IsInside)
        {
            _transport.SendEncrypted(buffer);
            return;
        }

        byte[] copy = buffer.ToArray();
        if (!_transport.Loop.TryPost(() => _transport.SendEncrypted(copy), null, null))
        {
            throw new IOException(Messages.TlsOver);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _read.OnCompleted(continuation, state, token, flags);

    private void ServeStranger()
    {
        _isWaiting = true;
        Serve();
        _transport.PumpReads();
    }

    /// <summary>Ends the read that waits, if there is something for it.</summary>
    private void Serve()
    {
        if (!_isWaiting)
        {
            return;
        }

        int count;
        try
        {
            if (!TryRead(_target.Span, out count))
            {
                return;
            }
        }
        catch (IOException exception)
        {
            _isWaiting = false;
            _target = default;
            using (Enter())
            {
                _read.SetException(exception);
            }

            return;
        }

        _isWaiting = false;
        _target = default;
        using (Enter())
        {
            _read.SetResult(count);
        }
    }

    /// <summary>True: read what there is. Into nothing: there is something to read, or the end.</summary>
    private bool TryRead(Span<byte> target, out int count)
    {
        count = 0;
        if (_isOver)
        {
            throw new IOException(Messages.TlsOver);
        }

        if (!HasBytes)
        {
            WasEofRead |= _isEof && !target.IsEmpty;
            return _isEof;
        }

        while (!target.IsEmpty && HasBytes)
        {
            int taken = _kept is { IsEmpty: false } kept ? TakeFrom(kept, target) : TakeFresh(target);
            target = target[taken..];
            count += taken;
        }

        return true;
    }

    private static int TakeFrom(WriteBuffer kept, Span<byte> target)
    {
        ReadOnlySpan<byte> first = kept.First;
        int count = Math.Min(first.Length, target.Length);
        first[..count].CopyTo(target);
        kept.Advance(count);
        return count;
    }

    private int TakeFresh(Span<byte> target)
    {
        int count = Math.Min(_freshLength, target.Length);
        new ReadOnlySpan<byte>(_fresh, count).CopyTo(target);
        _fresh += count;
        _freshLength -= count;
        return count;
    }

    private void KeepFresh()
    {
        Keep(new ReadOnlySpan<byte>(_fresh, _freshLength));
        _fresh = null;
        _freshLength = 0;
    }

    /// <summary>
    /// Says which thread is inside, and hides the loop's synchronization context: where there is one, the stream's tasks would rather go on
    /// in the thread pool than right here.
    /// </summary>
    internal readonly ref struct Visit : IDisposable
    {
        private readonly TlsWire _wire;
        private readonly SynchronizationContext? _context;
        private readonly int _insider;

        internal Visit(TlsWire wire)
        {
            _wire = wire;
            _insider = wire._insider;
            wire._insider = Environment.CurrentManagedThreadId;
            _context = SynchronizationContext.Current;
            if (_context is not null)
            {
                SynchronizationContext.SetSynchronizationContext(null);
            }
        }

        public void Dispose()
        {
            _wire._insider = _insider;
            if (_context is not null)
            {
                SynchronizationContext.SetSynchronizationContext(_context);
            }
        }
    }
}
