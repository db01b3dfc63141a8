using System.Buffers;
using Bridge.Net.Native;

namespace Bridge.Net;

/// <content>Writing.</content>
public sealed partial class WritePipeTransport
{
    /// <summary>From this write after a loss on there is a warning.</summary>
    private const int WarnFrom = 5;

    private int _drops;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> data)
    {
        Loop.AssertLoopThread();
        if (data.IsEmpty || IsDropped())
        {
            return;
        }

        if (_buffer.IsEmpty)
        {
            int count = _file.Write(data);
            if (count < 0 && !PipeFile.IsTransient(-count))
            {
                FailFatally(-count);
                return;
            }

            data = data[Math.Max(count, 0)..];
            if (data.IsEmpty || !WatchForWriting())
            {
                return;
            }
        }

        _buffer.Append(data);
        _flow.Grown(_buffer.Size, this);
    }

    /// <inheritdoc/>
    public void Write(in ReadOnlySequence<byte> data)
    {
        if (data.IsSingleSegment)
        {
            Write(data.FirstSpan);
            return;
        }

        Loop.AssertLoopThread();
        if (data.IsEmpty || IsDropped())
        {
            return;
        }

        bool wasEmpty = _buffer.IsEmpty;
        foreach (ReadOnlyMemory<byte> piece in data)
        {
            _buffer.Append(piece.Span);
        }

        FlushAppended(wasEmpty);
    }

    /// <inheritdoc/>
    public void WriteLines(IEnumerable<ReadOnlyMemory<byte>> buffers)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        Loop.AssertLoopThread();
        if (_isClosing || _isLost)
        {
            if (buffers.Any(static buffer => !buffer.IsEmpty))
            {
                IsDropped();
            }

            return;
        }

        bool wasEmpty = _buffer.IsEmpty;
        foreach (ReadOnlyMemory<byte> buffer in buffers)
        {
            _buffer.Append(buffer.Span);
        }

        FlushAppended(wasEmpty);
    }

    /// <summary>Begins to look out for the other end's going away. Closes the transport and says why if that is not possible.</summary>
    internal Exception? StartWatching()
    {
        if (_isClosing || !_file.TellsHangUp || _file.Watch.Reader is not null)
        {
            return null;
        }

        Exception? failure = TryWatch(_file.Watch.SetReader, _hangUp);
        if (failure is not null)
        {
            CloseNow(failure);
        }

        return failure;
    }

    /// <summary>What was written together goes out together: the pieces wait in one buffer already.</summary>
    private void FlushAppended(bool wasEmpty)
    {
        if (wasEmpty && !_buffer.IsEmpty && Flush() && !_buffer.IsEmpty && !WatchForWriting())
        {
            return;
        }

        _flow.Grown(_buffer.Size, this);
    }

    private bool IsDropped()
    {
        if (!_isClosing && !_isLost)
        {
            return false;
        }

        if (++_drops >= WarnFrom)
        {
            Loop.WriteWarning(Messages.WriteAfterLoss(this, _drops));
        }

        return true;
    }

    /// <summary>Writes as much as the pipe takes. False: it has failed.</summary>
    private bool Flush()
    {
        while (!_buffer.IsEmpty)
        {
            ReadOnlySpan<byte> first = _buffer.First;
            int count = _file.Write(first);
            if (count < 0)
            {
                if (PipeFile.IsTransient(-count))
                {
                    return true;
                }

                FailFatally(-count);
                return false;
            }

            bool isFull = count < first.Length;
            _buffer.Advance(count);
            if (isFull)
            {
                return true;
            }
        }

        return true;
    }

    private void OnWritable()
    {
        if (_isLost || _buffer.IsEmpty || !Flush())
        {
            return;
        }

        if (_buffer.IsEmpty)
        {
            _file.Watch.ClearWriter();
        }

        // The protocol may write more here.
        _flow.Shrunk(_buffer.Size, this);
        if (_isClosing && _buffer.IsEmpty && !_isLost)
        {
            StopWatching();
            CallConnectionLost(null);
        }
    }

    /// <summary>The other end is gone; or, for a socket or a pipe opened both ways, has sent something that nobody here wants.</summary>
    private void OnReadable()
    {
        if (_isLost || !ReferenceEquals(_file.Watch.Reader, _hangUp))
        {
            return;
        }

        if (!_file.IsHungUp())
        {
            _file.Watch.ClearReader();
            return;
        }

        CloseNow(_buffer.IsEmpty ? null : new IOException(Messages.PipeClosedByPeer, Selectors.Native.Errno.EPIPE));
    }

    private bool WatchForWriting()
    {
        if (TryWatch(_file.Watch.SetWriter, _writable) is not { } failure)
        {
            return true;
        }

        Report("Cannot watch a write pipe", failure);
        CloseNow(failure);
        return false;
    }

    private static Exception? TryWatch(Action<LoopWork> set, LoopWork work)
    {
        try
        {
            set(work);
            return null;
        }
        catch (Exception exception) when (exception is IOException or PlatformNotSupportedException or ArgumentException)
        {
            return exception;
        }
    }

    /// <summary>The system's refusals are told to the protocol only: it is nothing unusual that the other end goes away.</summary>
    private void FailFatally(int errorNumber)
    {
        IOException exception = SystemErrors.ToException($"write({FileText.Of(_file.Handle)})", errorNumber);
        if (Loop.Debug)
        {
            Loop.WriteWarning($"{this}: Fatal write error on pipe transport: {exception.Message}");
        }

        CloseNow(exception);
    }
}
