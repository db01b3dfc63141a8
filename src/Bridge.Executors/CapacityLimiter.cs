using System.Diagnostics;

namespace Bridge.Executors;

/// <summary>A number of slots for things that may happen at a time: first come, first served, and no slot is ever lost.</summary>
/// <remarks>
/// <para>Threads: every member may be called from any thread. Continuations of <see cref="AcquireAsync"/> never run inside the call that gives
/// a slot back.</para>
/// <para>Source: anyio's <c>CapacityLimiter</c>. asyncio's executors have no counterpart; there a slot is free as soon as the waiting side gave up.</para>
/// </remarks>
[DebuggerDisplay("{Borrowed} of {Total} in use, {Waiting} waiting")]
public sealed partial class CapacityLimiter
{
    // One lock guards the counts and the queue. What holds whenever it is free: slots are only in use or free, and nobody waits while one
    // is free, except between a release and the grant that the releasing thread is about to make.
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private int _total;
    private int _borrowed;

    /// <summary>Creates a limiter.</summary>
    /// <param name="total">The number of slots, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="total"/> is below 1.</exception>
    public CapacityLimiter(int total)
    {
        CheckTotal(total);
        _total = total;
    }

    /// <summary>Gets or sets the number of slots, 1 or more. Raising it wakes waiters; lowering it takes effect as slots are given back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Total
    {
        get
        {
            using (Interrupts.Hold(_lock))
            {
                return _total;
            }
        }

        set
        {
            CheckTotal(value);
            using (Interrupts.Hold(_lock))
            {
                _total = value;
            }

            GrantFreeSlots();
        }
    }

    /// <summary>Gets how many slots are free; 0 also while more are in use than a lowered <see cref="Total"/> allows.</summary>
    public int Available
    {
        get
        {
            using (Interrupts.Hold(_lock))
            {
                return Math.Max(0, _total - _borrowed);
            }
        }
    }

    /// <summary>Gets how many slots are in use.</summary>
    public int Borrowed
    {
        get
        {
            using (Interrupts.Hold(_lock))
            {
                return _borrowed;
            }
        }
    }

    /// <summary>Gets how many wait for a slot. A job that was cancelled while it waits counts until its turn comes.</summary>
    public int Waiting
    {
        get
        {
            using (Interrupts.Hold(_lock))
            {
                return _waiters.Count;
            }
        }
    }

    /// <summary>Takes a slot if one is free and nobody waits for it.</summary>
    /// <returns>True: the caller has a slot and must call <see cref="Release"/>.</returns>
    public bool TryAcquire() => TryAcquireOrWait(null);

    /// <summary>Gives back a slot taken with <see cref="TryAcquire"/>. A <see cref="Lease"/> gives its slot back itself.</summary>
    /// <exception cref="InvalidOperationException">No slot is in use.</exception>
    public void Release()
    {
        using (Interrupts.Hold(_lock))
        {
            if (_borrowed == 0)
            {
                throw new InvalidOperationException(Messages.ReleasedTooOften);
            }

            _borrowed--;
        }

        GrantFreeSlots();
    }

    /// <summary>Waits for a slot without blocking a thread.</summary>
    /// <param name="cancellationToken">Ends the wait. Of a grant and a cancel at the same time one wins, and the slot is never lost.</param>
    /// <returns>The slot; dispose it to give it back. Cancelled with the token if that fired first.</returns>
    public ValueTask<Lease> AcquireAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Lease>(cancellationToken);
        }

        if (TryAcquireOrWait(null))
        {
            return new ValueTask<Lease>(new Lease(this));
        }

        var waiter = new AsyncWaiter();
        return TryAcquireOrWait(waiter)
            ? new ValueTask<Lease>(new Lease(this))
            : new ValueTask<Lease>(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Blocks until there is a slot.</summary>
    /// <param name="timeout">Zero up to about 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The slot; dispose it to give it back.</returns>
    /// <exception cref="TimeoutException">No slot in time.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    public Lease Acquire(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        int milliseconds = WaitTime.ToMilliseconds(timeout);
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new BlockedWaiter();
        if (TryAcquireOrWait(waiter))
        {
            return new Lease(this);
        }

        try
        {
            if (!waiter.Granted.Wait(milliseconds, cancellationToken) && TryForget(waiter))
            {
                throw new TimeoutException(Messages.NoSlotInTime(milliseconds));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ThreadInterruptedException)
        {
            // A slot that came in the same moment goes to the next one, so that the exception never costs a slot.
            if (!TryForget(waiter))
            {
                Release();
            }

            throw;
        }

        return new Lease(this);
    }

    private static void CheckTotal(int total)
    {
        if (total < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(total), total, Messages.LimiterTotal);
        }
    }
}
