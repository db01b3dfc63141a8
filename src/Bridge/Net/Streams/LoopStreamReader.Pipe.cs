using System.IO.Pipelines;

namespace Bridge.Net;

/// <content>The members of PipeReader.</content>
public sealed partial class LoopStreamReader : PipeReader
{
    /// <summary>Waits for bytes that were not examined yet, and gives all that there are.</summary>
    /// <param name="cancellationToken">Ends the wait; nothing is lost.</param>
    /// <returns>The buffer, valid until <see cref="AdvanceTo(SequencePosition, SequencePosition)"/>, which must follow.</returns>
    /// <exception cref="InvalidOperationException">Another read is waiting, the last buffer is still in use, or the reader was completed.</exception>
    /// <remarks>
    /// Whoever awaits goes on on the loop thread. Cancelling a task that awaits it ends the wait. The limit does not matter: bytes that were
    /// examined and not consumed pile up as long as more are asked for.
    /// </remarks>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        => Input.LookAsync(this, cancellationToken);

    /// <summary>Gives the bytes that there are, if some of them were not examined yet.</summary>
    /// <param name="result">The buffer, valid until <see cref="AdvanceTo(SequencePosition, SequencePosition)"/>, which must follow.</param>
    /// <returns>False: nothing new.</returns>
    /// <exception cref="InvalidOperationException">Another read is waiting, the last buffer is still in use, or the reader was completed.</exception>
    public override bool TryRead(out ReadResult result) => Input.TryLook(out result, this);

    /// <summary>Drops bytes; the next read gives the rest at once.</summary>
    /// <param name="consumed">Where the bytes begin that are still needed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The position is not one of the last buffer.</exception>
    /// <exception cref="InvalidOperationException">There was no read before.</exception>
    public override void AdvanceTo(SequencePosition consumed) => Input.AdvanceTo(consumed, consumed);

    /// <summary>Drops bytes; the next read waits for more than was examined.</summary>
    /// <param name="consumed">Where the bytes begin that are still needed.</param>
    /// <param name="examined">Where the bytes begin that were not looked at.</param>
    /// <exception cref="ArgumentOutOfRangeException">A position is not one of the last buffer, or examined lies before consumed.</exception>
    /// <exception cref="InvalidOperationException">There was no read before.</exception>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => Input.AdvanceTo(consumed, examined);

    /// <summary>Ends the ReadAsync that waits, or the next one: its result says that it was cancelled. Any thread.</summary>
    public override void CancelPendingRead()
    {
        if (!Loop.IsRunning || Loop.IsOnLoopThread)
        {
            Loop.AssertLoopThread();
            Input.CancelLook();
        }
        else
        {
            Loop.TryCallSoonThreadSafe(static input => ((StreamInput)input!).CancelLook(), Input);
        }
    }

    /// <summary>Reads no more: what is buffered and what comes is dropped. A second call does nothing.</summary>
    /// <param name="exception">Why. It is not kept.</param>
    /// <remarks>A read that waits throws. A connection whose writer is completed too is closed.</remarks>
    public override void Complete(Exception? exception = null)
    {
        Input.Complete();
        Companion?.CloseIfCompleted();
    }

    /// <summary>A stream over it, to read only: see <see cref="LoopStream.AsStream"/>.</summary>
    /// <param name="leaveOpen">Whether disposing of the stream leaves the reader as it is, else completes it.</param>
    /// <returns>The stream.</returns>
    public override Stream AsStream(bool leaveOpen = false) => new StreamView(this, null, leaveOpen);

    /// <summary>Copies everything up to the end into a stream, which may complete its writes on any thread.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="cancellationToken">Ends it; what was not copied stays.</param>
    /// <returns>A task that is done with the last byte.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    public override Task CopyToAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return CopyTo((piece, token) => destination.WriteAsync(piece, token), cancellationToken);
    }

    /// <summary>Copies everything up to the end into a pipe, which may complete its flushes on any thread.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="cancellationToken">Ends it; what was not copied stays.</param>
    /// <returns>A task that is done with the last byte.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    public override Task CopyToAsync(PipeWriter destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return CopyTo(
            async (piece, token) =>
            {
                FlushResult flushed = await destination.WriteAsync(piece, token);
                if (flushed.IsCanceled)
                {
                    throw new OperationCanceledException(Messages.FlushCancelled);
                }
            },
            cancellationToken);
    }

    /// <summary>Awaits come back through the loop's SynchronizationContext, on which this was called: positions are for the loop thread.</summary>
    private async Task CopyTo(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken token)
    {
        while (true)
        {
            ReadResult result = await ReadAsync(token);
            SequencePosition copied = result.Buffer.Start;
            try
            {
                if (result.IsCanceled)
                {
                    throw new OperationCanceledException(Messages.ReadCancelled);
                }

                SequencePosition next = copied;
                while (result.Buffer.TryGet(ref next, out ReadOnlyMemory<byte> piece))
                {
                    await write(piece, token);
                    copied = result.Buffer.GetPosition(piece.Length, copied);
                }

                if (result.IsCompleted)
                {
                    return;
                }
            }
            finally
            {
                AdvanceTo(copied);
            }
        }
    }
}
