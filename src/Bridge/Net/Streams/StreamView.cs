using System.Buffers;
using System.Net.Sockets;
using Bridge.Executors;

namespace Bridge.Net;

/// <summary>A reader, a writer, or both of a connection as a <see cref="Stream"/>.</summary>
/// <remarks>
/// <para>
/// Any thread may use it: elsewhere than on the loop thread each call runs there as a coroutine, and the caller waits for it, blocked or by a
/// Task. On the loop thread the asynchronous calls are those of reader and writer; a synchronous one that would block throws, for nothing would
/// ever end the wait.
/// </para>
/// <para>As of a NetworkStream, failures of the network come as <see cref="IOException"/>.</para>
/// </remarks>
internal sealed partial class StreamView : Stream
{
    private readonly EventLoop _loop;
    private readonly LoopStreamReader? _reader;
    private readonly LoopStreamWriter? _writer;
    private readonly bool _leaveOpen;

    /// <summary>Set by the disposing thread; a late sight of it lets one more call through, which then meets the closed connection.</summary>
    private bool _isDisposed;
    private ViewFill? _fill;
    private ViewFlush? _flush;

    internal StreamView(LoopStreamReader? reader, LoopStreamWriter? writer, bool leaveOpen)
    {
        _loop = reader?.Loop ?? writer!.Loop;
        _reader = reader;
        _writer = writer;
        _leaveOpen = leaveOpen;
    }

    public override bool CanRead => _reader is not null && !_isDisposed;

    public override bool CanWrite => _writer is not null && !_isDisposed;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException(Messages.NotSeekable);

    public override long Position
    {
        get => throw new NotSupportedException(Messages.NotSeekable);
        set => throw new NotSupportedException(Messages.NotSeekable);
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException(Messages.NotSeekable);

    public override void SetLength(long value) => throw new NotSupportedException(Messages.NotSeekable);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        LoopStreamReader reader = CheckedReader();
        return _loop.IsOnLoopThread
            ? ReadHere(reader, buffer, cancellationToken)
            : new ValueTask<int>(ReadElsewhere(reader, buffer, cancellationToken).Task);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        LoopStreamReader reader = CheckedReader();
        Memory<byte> room = buffer.AsMemory(offset, count);
        if (!_loop.IsOnLoopThread)
        {
            return ReadElsewhere(reader, room, CancellationToken.None).GetResult();
        }

        StreamInput input = reader.Input;
        if (count > 0 && input.Length == 0 && !input.IsAtEnd && input.Failure is null)
        {
            throw new InvalidOperationException(Messages.WouldBlock(nameof(Read), nameof(ReadAsync)));
        }

        input.Prepare(ReadRequest.AtMost(room), this);
        input.Begin();
        return ViewFailure.Finish(input);
    }

    public override int Read(Span<byte> buffer)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            int count = Read(rented, 0, buffer.Length);
            rented.AsSpan(0, count).CopyTo(buffer);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state)
        => TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            if (_leaveOpen)
            {
                Flush();
            }
            else if (_loop.IsOnLoopThread)
            {
                Complete();
            }
            else
            {
                _loop.TryCallSoonThreadSafe(Complete);
            }
        }

        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (!_leaveOpen && _reader is not null && _writer is { } writer)
        {
            if (_loop.IsOnLoopThread)
            {
                await writer.DisposeAsync();
            }
            else if (!_loop.IsClosed)
            {
                await _loop.RunCoroutineThreadSafe(writer.WaitClosedAsync).Task.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Nobody will use them any more; a connection of which both are completed is closed.</summary>
    private void Complete()
    {
        _reader?.Complete();
        _writer?.Complete();
    }

    private ValueTask<int> ReadHere(LoopStreamReader reader, Memory<byte> buffer, CancellationToken token)
    {
        try
        {
            return (_fill ??= new ViewFill(reader.Input)).Read(buffer, this, token);
        }
        catch (SocketException exception)
        {
            return ValueTask.FromException<int>(ViewFailure.Of(exception));
        }
    }

    // Apart: where a method has a lambda, each call allocates its closure, also on the path without it.
    private ConcurrentFuture<int> ReadElsewhere(LoopStreamReader reader, Memory<byte> buffer, CancellationToken token)
        => _loop.RunCoroutineThreadSafe(() => ReadAsCoroutine(reader, buffer, token));

    private async Coroutine<int> ReadAsCoroutine(LoopStreamReader reader, Memory<byte> buffer, CancellationToken token)
        => await ReadHere(reader, buffer, token);

    private LoopStreamReader CheckedReader()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _reader ?? throw new NotSupportedException(Messages.NoReader);
    }

    private LoopStreamWriter CheckedWriter()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _writer ?? throw new NotSupportedException(Messages.NoWriter);
    }
}
