namespace Bridge.Executors;

/// <summary>The parts of a future that most futures never need, so that the future itself stays small.</summary>
/// <remarks>
/// Each field is set at most once, by compare-exchange from any thread, and then looked at by the completer: rule 3 of the protocol in
/// ConcurrentFuture.cs. The two lists are guarded by a lock on this object, which never leaves the assembly.
/// </remarks>
internal sealed class FutureExtras
{
    /// <summary>The TaskCompletionSource behind <see cref="ConcurrentFuture.Task"/>.</summary>
    internal object? TaskSource;

    internal TaskCompletionSource? Stopped;

    /// <summary>Never disposed: it owns no timer and no wait handle.</summary>
    internal CancellationTokenSource? Cancellation;

    /// <summary>What blocked threads wait for. Never disposed: its kernel handle is never asked for.</summary>
    internal ManualResetEventSlim? DoneEvent;

    /// <summary>Given by the submitter before the work is handed on; read by reports.</summary>
    internal string? Name;

    private List<FutureWaiter>? _waiters;

    /// <summary>Of threads that lend themselves while they wait.</summary>
    private List<Bell>? _bells;

    internal void Add(FutureWaiter waiter)
    {
        using (Interrupts.Hold(this))
        {
            (_waiters ??= []).Add(waiter);
        }
    }

    /// <summary>True: it was still here, so the completer has not told it and never will.</summary>
    internal bool Remove(FutureWaiter waiter)
    {
        using (Interrupts.Hold(this))
        {
            return _waiters is not null && _waiters.Remove(waiter);
        }
    }

    internal void Add(Bell bell)
    {
        using (Interrupts.Hold(this))
        {
            (_bells ??= []).Add(bell);
        }
    }

    internal void Remove(Bell bell)
    {
        using (Interrupts.Hold(this))
        {
            _bells?.Remove(bell);
        }
    }

    internal void RingBells()
    {
        using (Interrupts.Hold(this))
        {
            _bells?.ForEach(static bell => bell.Ring());
        }
    }

    internal List<FutureWaiter>? TakeWaiters()
    {
        using (Interrupts.Hold(this))
        {
            var taken = _waiters;
            _waiters = null;
            return taken;
        }
    }
}
