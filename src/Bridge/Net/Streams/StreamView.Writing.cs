using System.Net.Sockets;
using Bridge.Executors;

namespace Bridge.Net;

/// <content>Writing.</content>
internal sealed partial class StreamView
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        LoopStreamWriter writer = CheckedWriter();
        return _loop.IsOnLoopThread
            ? WriteHere(writer, buffer, cancellationToken)
            : new ValueTask(WriteElsewhere(writer, buffer, cancellationToken).Task);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        LoopStreamWriter writer = CheckedWriter();
        Memory<byte> data = buffer.AsMemory(offset, count);
        if (_loop.IsOnLoopThread)
        {
            Write(data.Span);
        }
        else
        {
            WriteElsewhere(writer, data, CancellationToken.None).GetResult();
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        LoopStreamWriter writer = CheckedWriter();
        if (!_loop.IsOnLoopThread)
        {
            Write(buffer.ToArray(), 0, buffer.Length);
            return;
        }

        if (writer.Output.IsPaused)
        {
            throw new InvalidOperationException(Messages.WouldBlock(nameof(Write), nameof(WriteAsync)));
        }

        try
        {
            // Further small writes in the same callback are gathered.
            writer.CheckWritable();
            writer.Write(buffer);
        }
        catch (SocketException exception)
        {
            throw ViewFailure.Of(exception);
        }
    }

    public override void Flush()
    {
        if (_writer is not { } writer)
        {
            return;
        }

        if (_loop.IsOnLoopThread)
        {
            writer.Output.Send();
        }
        else
        {
            _loop.TryCallSoonThreadSafe(writer.Output.Send);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_writer is not { } writer || writer.IsClosing)
        {
            // There is nothing left that could be flushed; who writes hears what happened.
            return cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;
        }

        return WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken).AsTask();
    }

    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state)
        => TaskToAsyncResult.Begin(WriteAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override void EndWrite(IAsyncResult asyncResult) => TaskToAsyncResult.End(asyncResult);

    private ValueTask WriteHere(LoopStreamWriter writer, ReadOnlyMemory<byte> buffer, CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(token);
        }

        try
        {
            writer.CheckWritable();
            writer.Write(buffer.Span);
            writer.Output.Send();
            return writer.CheckWritable() ? default : (_flush ??= new ViewFlush(writer.Output)).UntilDrained(token);
        }
        catch (SocketException exception)
        {
            return ValueTask.FromException(ViewFailure.Of(exception));
        }
    }

    private ConcurrentFuture WriteElsewhere(LoopStreamWriter writer, ReadOnlyMemory<byte> buffer, CancellationToken token)
        => _loop.RunCoroutineThreadSafe(() => WriteAsCoroutine(writer, buffer, token));

    private async Coroutine WriteAsCoroutine(LoopStreamWriter writer, ReadOnlyMemory<byte> buffer, CancellationToken token)
        => await WriteHere(writer, buffer, token);
}

/// <summary>How a failure of the network looks in a <see cref="Stream"/>.</summary>
internal static class ViewFailure
{
    internal static IOException Of(SocketException exception) => new(Messages.StreamFailed(exception), exception);

    /// <summary>Ends a read.</summary>
    internal static int Finish(StreamInput input)
    {
        try
        {
            return input.FinishInto();
        }
        catch (SocketException exception)
        {
            throw Of(exception);
        }
    }
}

/// <summary>A write of a <see cref="StreamView"/> that waits for room.</summary>
internal sealed class ViewFlush(StreamOutput output) : WriterSource<NoResult>(output)
{
    private bool _isFlushing;

    internal ValueTask UntilDrained(CancellationToken token)
    {
        if (_isFlushing)
        {
            throw new InvalidOperationException(Messages.FlushedByTwo);
        }

        _isFlushing = true;
        Wait(Output.JoinDrainers());
        return PendingVoid(token);
    }

    private protected override void Abandon()
    {
        _isFlushing = false;
        base.Abandon();
    }

    private protected override NoResult Take()
    {
        _isFlushing = false;
        try
        {
            return base.Take();
        }
        catch (SocketException exception)
        {
            throw ViewFailure.Of(exception);
        }
    }

    private protected override NoResult Finish() => default;
}
