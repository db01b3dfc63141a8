using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Bridge.Net;

/// <content>What PipeReader has beyond plain reads: looking at the buffer, and saying how much of it is done with.</content>
internal sealed partial class StreamInput
{
    /// <summary>So many bytes were looked at before, and were not enough.</summary>
    private int _examined;

    /// <summary>Somebody has the buffer's bytes and has not advanced yet.</summary>
    private bool _isLookedAt;

    /// <summary>The look under way, or the next one, ends early.</summary>
    private bool _isLookCancelled;
    private bool _isCompleted;

    /// <summary>How the read under way has ended, in the words of ValueTask.</summary>
    internal ValueTaskSourceStatus StatusOfRead => _outcome switch
    {
        ReadOutcome.Waiting => ValueTaskSourceStatus.Pending,
        ReadOutcome.Ready => ValueTaskSourceStatus.Succeeded,
        ReadOutcome.Interrupted when _waiter is OperationCanceledException => ValueTaskSourceStatus.Canceled,
        _ => ValueTaskSourceStatus.Faulted,
    };

    internal bool IsCompleted => _isCompleted;

    private protected override ValueTaskSourceStatus Status => StatusOfRead;

    internal ValueTask<ReadResult> LookAsync(LoopStreamReader user, CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(token);
        }

        Prepare(ReadRequest.Pipe(), user);
        if (Begin())
        {
            return new ValueTask<ReadResult>(FinishLook());
        }

        _waiter = this;
        return Pending(token);
    }

    internal bool TryLook(out ReadResult result, object user)
    {
        Prepare(ReadRequest.Pipe(), user);
        _outcome = Judge();
        if (_outcome == ReadOutcome.Waiting)
        {
            Release();
            result = default;
            return false;
        }

        result = FinishLook();
        return true;
    }

    private ReadResult FinishLook()
    {
        Finish(out _);
        _isLookedAt = true;
        var result = new ReadResult(_bytes.Bytes, _isLookCancelled, _isEof);
        _isLookCancelled = false;
        return result;
    }

    internal void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        Loop.AssertLoopThread();
        if (!_isLookedAt)
        {
            throw new InvalidOperationException(Messages.AdvanceBeforeRead);
        }

        long taken = _bytes.OffsetOf(consumed);
        long seen = _bytes.OffsetOf(examined);
        if (taken < 0 || taken > _bytes.Length || seen > _bytes.Length)
        {
            throw new ArgumentOutOfRangeException(taken < 0 || taken > _bytes.Length ? nameof(consumed) : nameof(examined), Messages.StrangePosition);
        }

        if (seen < taken)
        {
            throw new ArgumentOutOfRangeException(nameof(examined), Messages.ExaminedBeforeConsumed);
        }

        _isLookedAt = false;
        Consume((int)taken);
        _examined = (int)(seen - taken);
    }

    private protected override void Interrupt(OperationCanceledException exception) => EndWait(exception);

    private protected override void Abandon() => Release();

    private protected override ReadResult Take() => FinishLook();

    internal void CancelLook()
    {
        _isLookCancelled = true;
        JudgeWaiting();
    }

    /// <summary>Nobody will read any more: what is here and what comes is dropped.</summary>
    internal void Complete()
    {
        Loop.AssertLoopThread();
        if (_isCompleted)
        {
            return;
        }

        _isCompleted = true;
        _isLookedAt = false;
        EndWait(new InvalidOperationException(Messages.ReadAfterComplete(_request.Method)));
        Consume(_bytes.Length);
    }
}
