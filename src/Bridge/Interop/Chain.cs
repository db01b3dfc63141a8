namespace Bridge;

/// <summary>One end of a chain, where outcomes come from.</summary>
internal interface IChainSource<T>
{
    /// <summary>The loop it belongs to, if it does.</summary>
    EventLoop? Loop { get; }

    /// <summary>Whether it has an outcome. Any thread.</summary>
    bool IsDone { get; }

    /// <summary>Calls back once it is done: on its loop's thread, or on the thread that completes it.</summary>
    void WhenDone(Action callback);

    /// <summary>Asks it to cancel. Any thread; runs nobody's continuations.</summary>
    void RequestCancel();

    /// <summary>Its outcome; only where it may be looked at, and only if somebody takes it, for that marks a failure as seen.</summary>
    Outcome<T> TakeOutcome();
}

/// <summary>The other end, where outcomes go.</summary>
internal interface IChainDestination<T>
{
    /// <summary>The loop it belongs to, if it does.</summary>
    EventLoop? Loop { get; }

    bool IsCancelled { get; }

    /// <summary>Calls back if it is cancelled; never for another end.</summary>
    void WhenCancelled(Action callback);

    /// <summary>Has the action run where the destination may be completed. False: its loop is closed.</summary>
    bool TryRunThere(Action action);

    /// <summary>Completes it. False: it was done.</summary>
    bool TrySet(in Outcome<T> outcome);
}

/// <summary>A source and a destination, joined.</summary>
/// <remarks>The fields are written before the first callback is registered, and only read after; the ends do their own locking.</remarks>
internal sealed class Chain<T>
{
    private readonly IChainSource<T> _source;
    private readonly IChainDestination<T> _destination;
    private CloseRegistration _closeRegistration;

    internal Chain(IChainSource<T> source, IChainDestination<T> destination)
    {
        _source = source;
        _destination = destination;
    }

    internal void Link()
    {
        if (_source.Loop is { } loop)
        {
            _closeRegistration = loop.OnClose(SourceLoopClosed);
        }

        _destination.WhenCancelled(() => FlatCalls.Run(_source.RequestCancel));
        _source.WhenDone(() => FlatCalls.Run(SourceDone));
    }

    private void SourceDone()
    {
        _closeRegistration.Dispose();
        if (_destination.IsCancelled)
        {
            // Nobody wants it. A failure stays unseen, and is reported as such by the source.
            return;
        }

        Outcome<T> outcome = _source.TakeOutcome();
        if (!_destination.TryRunThere(() => Deliver(outcome)))
        {
            _destination.Loop!.CountLateCompletion();
        }
    }

    private void Deliver(in Outcome<T> outcome)
    {
        if (!_destination.TrySet(outcome) && !_destination.IsCancelled)
        {
            ReportDropped(outcome);
        }
    }

    private void ReportDropped(in Outcome<T> outcome)
    {
        var report = new LoopErrorContext(
            "The destination of a chained future was completed by other means; the outcome of its source was dropped",
            outcome.Fault?.SourceException ?? outcome.Cancellation);
        EventLoop? loop = _destination.Loop ?? _source.Loop;
        if (loop is null || !OnLoopThread.TryRun(loop, () => loop.CallExceptionHandler(report)))
        {
            System.Diagnostics.Trace.TraceError(report.ToString());
        }
    }

    /// <summary>On the closing thread: nothing of the source's loop runs any more, so its outcome is final or will never come.</summary>
    private void SourceLoopClosed()
    {
        Outcome<T> outcome = _source.IsDone ? _source.TakeOutcome() : Outcome<T>.Cancelled(LoopClosedException.Of(_source.Loop!));
        _destination.TryRunThere(() => _destination.TrySet(outcome));
    }
}
