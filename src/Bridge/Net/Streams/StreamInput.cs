using System.IO.Pipelines;

namespace Bridge.Net;

/// <summary>What was received and not read yet, and the one read that waits for more: the inside of a <see cref="LoopStreamReader"/>.</summary>
/// <remarks>
/// The protocol and the waiting task hold this object, not the reader: a stream that its user has dropped can be collected, and then closes.
/// Loop thread.
/// </remarks>
internal sealed partial class StreamInput : LoopValueSource<ReadResult>
{
    private IReadTransport? _transport;
    private ByteQueue _bytes;
    private Exception? _failure;
    private int _segmentSize = SegmentPool.Small;
    private bool _isEof;
    private bool _isPaused;

    internal StreamInput(EventLoop loop, int limit)
        : base(loop) => Limit = limit;

    internal int Limit { get; }

    internal int Length => _bytes.Length;

    internal bool IsAtEnd => _isEof && _bytes.Length == 0;

    /// <summary>Why nothing more will come, if that is a failure.</summary>
    internal Exception? Failure => _failure;

    /// <summary>Whether a read has thrown the failure: nobody need hear of it twice.</summary>
    internal bool IsFailureTold { get; private set; }

    /// <summary>Whom to pause when too much piles up. Null: nobody.</summary>
    internal IReadTransport? Transport
    {
        get => _transport;
        set
        {
            _transport = value;
            _isPaused = false;
            PauseIfFull();
        }
    }

    /// <summary>Room for the next bytes.</summary>
    internal Memory<byte> Lend() => _bytes.Lend(Loop.Segments, 1, _segmentSize);

    /// <summary>So many bytes of the room that was lent are received.</summary>
    internal void Received(int count)
    {
        if (_bytes.Commit(count))
        {
            // There was more than fitted: the next segments are larger, up to 64 KiB.
            _segmentSize = Math.Min(_segmentSize * 4, SegmentPool.Large);
        }
        else if (count < _segmentSize / 4)
        {
            _segmentSize = Math.Max(_segmentSize / 4, SegmentPool.Small);
        }

        Grown();
    }

    /// <summary>Nothing came into the room that was lent.</summary>
    private void ReceivedNothing() => _bytes.TakeBack(Loop.Segments);

    internal void Feed(ReadOnlySpan<byte> data)
    {
        if (_isEof)
        {
            throw new InvalidOperationException(Messages.FedAfterEof);
        }

        if (!data.IsEmpty)
        {
            _bytes.Append(Loop.Segments, data, data.Length);
            Grown();
        }
    }

    internal void FeedEof()
    {
        _isEof = true;
        ReceivedNothing();
        JudgeWaiting();
    }

    internal void Fail(Exception failure)
    {
        _failure = failure;
        ReceivedNothing();
        JudgeWaiting();
    }

    /// <summary>State, for people.</summary>
    public override string ToString()
        => "<LoopStreamReader"
            + (_bytes.Length == 0 ? "" : $" {_bytes.Length} bytes")
            + (_isEof ? " eof" : "")
            + (Limit == LoopStreamReader.DefaultLimit ? "" : $" limit={Limit}")
            + (_isBusy ? $" waiter={_request.Method}" : "")
            + (_failure is null ? "" : $" exception={_failure.GetType().Name}('{_failure.Message}')")
            + (_transport is null ? "" : $" transport={_transport}")
            + (_isPaused ? " paused>" : ">");

    private void Grown()
    {
        if (_isCompleted)
        {
            // Nobody will read it. Receiving goes on, so that the end of the connection is noticed.
            _bytes.Drop(Loop.Segments, _bytes.Length);
            return;
        }

        JudgeWaiting();
        PauseIfFull();
    }

    /// <summary>Who waits for more bytes gets them, however many there are.</summary>
    private void PauseIfFull()
    {
        bool isAwaited = _isBusy && _outcome == ReadOutcome.Waiting;
        if (_transport is null || _isPaused || isAwaited || _bytes.Length <= 2L * Limit)
        {
            return;
        }

        try
        {
            _transport.PauseReading();
            _isPaused = true;
        }
        catch (NotSupportedException)
        {
            // It cannot be paused: all has to be kept. It need not be asked again.
            _transport = null;
        }
    }

    private void ResumeIfDrained()
    {
        if (_isPaused && _bytes.Length <= Limit)
        {
            Resume();
        }
    }

    private void Resume()
    {
        _isPaused = false;
        _transport!.ResumeReading();
    }
}
