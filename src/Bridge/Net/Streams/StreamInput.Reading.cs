using System.Runtime.ExceptionServices;

namespace Bridge.Net;

/// <content>Reads: whether one can be answered, waiting until it can, and the answer.</content>
/// <remarks>
/// A read is judged when it begins and whenever something arrives; its task is woken once, when the answer is known. The bytes stay in the
/// buffer until the task takes them, so a cancelled read loses nothing. Until then the reader is busy, and a second read throws.
/// </remarks>
internal sealed partial class StreamInput
{
    /// <summary>The read that was prepared last; empty once it is over.</summary>
    private ReadRequest _request;

    /// <summary>The reader, while a read of it waits: as long as somebody reads, the stream is not collected.</summary>
    private object? _user;

    /// <summary>
    /// Whom to queue when the outcome is known: a <see cref="LoopWork"/>, null before it has registered and after it was queued. For a read
    /// that was interrupted, the exception: a cancellation, or the reader was completed.
    /// </summary>
    private object? _waiter;
    private ReadOutcome _outcome;
    private bool _isBusy;

    /// <summary>Says what is to be read next.</summary>
    internal void Prepare(in ReadRequest request, object user)
    {
        Loop.AssertLoopThread();
        CheckMayRead(request);
        _request = request;
        _user = user;
    }

    /// <summary>Begins what was prepared. True: the outcome is known, <see cref="Finish"/> gives it. False: the caller must wait.</summary>
    internal bool Begin()
    {
        _scanned = 0;
        _outcome = Judge();
        if (_outcome != ReadOutcome.Waiting)
        {
            return true;
        }

        _isBusy = true;
        if (_isPaused)
        {
            // To wait for bytes that may not come would be for ever.
            Resume();
        }

        return false;
    }

    /// <summary>Ends a read whose bytes go into a new array.</summary>
    internal byte[] FinishArray() => TakeArray(Finish(out _));

    /// <summary>Ends a read whose bytes go to where the request says.</summary>
    internal int FinishInto()
    {
        int count = Finish(out ReadRequest request);
        if (request.Writer is { } writer)
        {
            _bytes.CopyTo(writer, count);
        }
        else
        {
            _bytes.CopyTo(request.Memory.Span[..count]);
        }

        Consume(count);
        return count;
    }

    /// <summary>Ends a read and says how many bytes it takes; throws if it failed.</summary>
    private int Finish(out ReadRequest request)
    {
        ReadOutcome outcome = _outcome;
        object? interruption = _waiter;
        request = _request;
        Release();
        switch (outcome)
        {
            case ReadOutcome.Ready:
                return _taken;
            case ReadOutcome.Incomplete when request.Kind == ReadKind.Line:
                return _bytes.Length;
            case ReadOutcome.Incomplete:
                throw new IncompleteReadException(TakeArray(_bytes.Length), request.Kind == ReadKind.Exactly ? request.Count : null);
            case ReadOutcome.NoSeparator or ReadOutcome.SeparatorTooFar:
                throw Overrun(request, outcome);
            case ReadOutcome.Failed:
                IsFailureTold = true;
                ExceptionDispatchInfo.Throw(_failure!);
                return 0;
            case ReadOutcome.Interrupted:
                throw (Exception)interruption!;
            default:
                throw new InvalidOperationException(Messages.ReadNotOver(request.Method));
        }
    }

    /// <summary>Ends a read that takes nothing: whoever waited goes on with an exception of its own.</summary>
    internal void Release()
    {
        _outcome = ReadOutcome.Waiting;
        _isBusy = false;
        _waiter = null;
        _user = null;
        _request = default;
    }

    internal override string Describe() => $"{_request.Method} of {this}";

    internal override void WakeWhenDone(LoopWork waiter, EventLoop loop)
    {
        if (_request.Kind == ReadKind.Pipe)
        {
            // A look has its turn first, as the source of a ValueTask, and wakes whoever awaits that.
            base.WakeWhenDone(waiter, loop);
        }
        else if (_outcome == ReadOutcome.Waiting)
        {
            _waiter = waiter;
        }
        else
        {
            loop.EnqueueHere(waiter, waiter.RunContext);
        }
    }

    internal override bool CancelWait(string? message)
        => _outcome == ReadOutcome.Waiting ? EndWait(new LoopCanceledException(message)) : _outcome == ReadOutcome.Interrupted;

    /// <summary>Ends the wait with an exception. False: nobody waits, or the outcome is known already.</summary>
    internal bool EndWait(Exception exception)
    {
        if (!_isBusy || _outcome != ReadOutcome.Waiting)
        {
            return false;
        }

        Settle(ReadOutcome.Interrupted);
        _waiter = exception;
        return true;
    }

    private void CheckMayRead(in ReadRequest request)
    {
        if (_isBusy)
        {
            throw new InvalidOperationException(Messages.ReadByTwo(request.Method, _request.Method));
        }

        if (_isCompleted)
        {
            throw new InvalidOperationException(Messages.ReadAfterComplete(request.Method));
        }

        if (_isLookedAt)
        {
            throw new InvalidOperationException(Messages.ReadBeforeAdvance(request.Method));
        }
    }

    private void JudgeWaiting()
    {
        if (_isBusy && _outcome == ReadOutcome.Waiting)
        {
            ReadOutcome outcome = Judge();
            if (outcome != ReadOutcome.Waiting)
            {
                Settle(outcome);
            }
        }
    }

    private void Settle(ReadOutcome outcome)
    {
        _outcome = outcome;
        if (_waiter is LoopWork waiter)
        {
            _waiter = null;
            Loop.EnqueueHere(waiter, waiter.RunContext);
        }
    }

    private byte[] TakeArray(int count)
    {
        if (count == 0)
        {
            return [];
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>(count);
        _bytes.CopyTo(bytes);
        Consume(count);
        return bytes;
    }

    private void Consume(int count)
    {
        _examined = 0;
        _bytes.Drop(Loop.Segments, count);
        ResumeIfDrained();
    }

    /// <summary>A line that is too long is dropped, as far as it is here; for separators the bytes stay, and the caller says what to do.</summary>
    private LimitOverrunException Overrun(in ReadRequest request, ReadOutcome outcome)
    {
        int consumed = _taken;
        bool isFound = outcome == ReadOutcome.SeparatorTooFar;
        bool isLine = request.Kind == ReadKind.Line;
        if (isLine)
        {
            Consume(isFound ? consumed + 1 : _bytes.Length);
        }

        return new LimitOverrunException(Messages.LimitOverrun(isFound, isLine, Limit), consumed);
    }
}
