using System.IO.Pipelines;
using System.Net.Sockets;

namespace Bridge.Net;

/// <content>The members of PipeWriter.</content>
public sealed partial class LoopStreamWriter : PipeWriter
{
    private FlushSource? _flush;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <summary>How many bytes were written and are not handed to the transport yet.</summary>
    public override long UnflushedBytes => _output.Unsent;

    /// <summary>Room to write into, until <see cref="Advance"/>.</summary>
    /// <param name="sizeHint">How many bytes are needed at least; 0: any number.</param>
    /// <returns>At least one byte.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sizeHint"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">The writer was completed, or the loop runs on another thread.</exception>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ThrowIfCompleted();
        return _output.Lend(sizeHint);
    }

    /// <summary>Room to write into, until <see cref="Advance"/>.</summary>
    /// <param name="sizeHint">How many bytes are needed at least; 0: any number.</param>
    /// <returns>At least one byte.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sizeHint"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">The writer was completed, or the loop runs on another thread.</exception>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Says how much of the room was written; it is sent by the next flush.</summary>
    /// <param name="bytes">How many bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than there was room for.</exception>
    public override void Advance(int bytes) => _output.Advance(bytes);

    /// <summary>Hands what was written to the transport, in one write, and waits until there is room for more.</summary>
    /// <param name="cancellationToken">Ends the wait; what was written is sent all the same.</param>
    /// <returns>
    /// The result says whether <see cref="CancelPendingFlush"/> ended the wait. It throws as <see cref="DrainAsync"/> does. Whoever awaits goes
    /// on on the loop thread; cancelling a task that awaits it ends the wait.
    /// </returns>
    /// <exception cref="InvalidOperationException">The writer was completed, another flush is waiting, or the loop runs on another thread.</exception>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfCompleted();
        _output.Send();
        return AfterSend(cancellationToken);
    }

    /// <summary>Writes, and flushes.</summary>
    /// <param name="source">The bytes; free to change after the call.</param>
    /// <param name="cancellationToken">Ends the wait; what was written is sent all the same.</param>
    /// <returns>As <see cref="FlushAsync"/>.</returns>
    /// <exception cref="InvalidOperationException">As for <see cref="FlushAsync"/>.</exception>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        ThrowIfCompleted();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        _output.Write(source.Span);
        _output.Send();
        return AfterSend(cancellationToken);
    }

    /// <summary>Ends the flush that waits, or the next one: its result says that it was cancelled. Any thread.</summary>
    public override void CancelPendingFlush()
    {
        if (!Loop.IsRunning || Loop.IsOnLoopThread)
        {
            Loop.AssertLoopThread();
            (_flush ??= new FlushSource(_output)).CutShort();
        }
        else
        {
            Loop.TryCallSoonThreadSafe(static writer => ((LoopStreamWriter)writer!).CancelPendingFlush(), this);
        }
    }

    /// <summary>Writes no more. Without an exception everything is sent and the sending half ends; with one the connection is aborted.</summary>
    /// <param name="exception">Why nothing more comes; null: everything was written.</param>
    /// <remarks>A transport that cannot end one half alone is closed, and so is a connection whose reader is completed too.</remarks>
    public override void Complete(Exception? exception = null)
    {
        Loop.AssertLoopThread();
        if (_output.IsCompleted)
        {
            return;
        }

        _output.IsCompleted = true;
        if (_output.Transport.IsClosing)
        {
            return;
        }

        if (exception is not null)
        {
            _output.Drop();
            _output.Sink.Abort();
            GC.SuppressFinalize(this);
        }
        else if (_input is { IsCompleted: false } && CanWriteEof)
        {
            WriteEof();
        }
        else
        {
            Close();
        }
    }

    /// <summary>The reader is completed: if the writer is too, nobody uses the connection any more.</summary>
    internal void CloseIfCompleted()
    {
        if (_output.IsCompleted)
        {
            Close();
        }
    }

    /// <summary>Whether more may be written. Throws if the connection is lost or closed.</summary>
    internal bool CheckWritable()
    {
        ThrowIfReaderFailed();
        if (_output.Transport.IsClosing && !_output.IsLost)
        {
            throw new SocketException((int)SocketError.ConnectionReset, Messages.ConnectionLost(null));
        }

        return _output.CanWrite();
    }

    /// <summary>A stream over it, to write only: see <see cref="LoopStream.AsStream"/>.</summary>
    /// <param name="leaveOpen">Whether disposing of the stream leaves the writer as it is, else completes it.</param>
    /// <returns>The stream.</returns>
    public override Stream AsStream(bool leaveOpen = false) => new StreamView(null, this, leaveOpen);

    /// <summary>Copies a stream into this one, to the stream's end. The stream may complete its reads on any thread.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="cancellationToken">Ends it; what was copied stays copied.</param>
    /// <returns>A task that is done with the last byte.</returns>
    protected override async Task CopyFromAsync(Stream source, CancellationToken cancellationToken = default)
    {
        // Awaits come back through the loop's SynchronizationContext, on which this was called.
        while (await source.ReadAsync(GetMemory(), cancellationToken) is var count and > 0)
        {
            Advance(count);
            if ((await FlushAsync(cancellationToken)).IsCanceled)
            {
                throw new OperationCanceledException(Messages.FlushCancelled);
            }
        }
    }

    private ValueTask<FlushResult> AfterSend(CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(token);
        }

        bool canWrite;
        try
        {
            canWrite = CheckWritable();
        }
        catch (Exception exception)
        {
            // The connection's failures belong to whoever awaits.
            return ValueTask.FromException<FlushResult>(exception);
        }

        if (canWrite && _flush is null)
        {
            return default;
        }

        FlushSource flush = _flush ??= new FlushSource(_output);
        return canWrite ? flush.Pass() : flush.Flush(token);
    }

    private void ThrowIfCompleted()
    {
        if (_output.IsCompleted)
        {
            throw new InvalidOperationException(Messages.WriteAfterComplete);
        }
    }
}
