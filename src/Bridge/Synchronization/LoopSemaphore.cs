using System.Diagnostics;

namespace Bridge;

/// <summary>Lets a number of tasks of one loop in at a time, first come, first served: <c>using (await _slots.Acquire()) { ... }</c></summary>
/// <remarks>
/// <para>It belongs to the first loop in which a task had to wait for it. Releasing more often than acquiring raises its value; <see cref="LoopBoundedSemaphore"/> does not allow that.</para>
/// <para>Threads: its loop's. Acquiring a free slot allocates nothing. Source: <c>asyncio.Semaphore</c>.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public class LoopSemaphore : IOperation<LoopReleaser>, IReleasable
{
    private readonly WaiterLine _line = new();
    private LoopBinding _binding;

    /// <summary>Makes a semaphore.</summary>
    /// <param name="value">Slots that are free at first; zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is negative.</exception>
    public LoopSemaphore(int value = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    /// <summary>Free slots that no waiter was given; zero or more.</summary>
    public int Value { get; private set; }

    /// <summary>Whether <see cref="Acquire"/> would have to wait: no slot is free, or others wait already.</summary>
    public bool IsLocked => Value == 0 || !_line.IsEmpty;

    /// <summary>The highest value that releasing may lead to.</summary>
    private protected virtual int Limit => int.MaxValue;

    /// <summary>Takes a slot, once everybody who asked before has got one.</summary>
    /// <returns>Await it; dispose the result to release, or call <see cref="Release"/>.</returns>
    /// <exception cref="InvalidOperationException">On await: no loop is running in this thread, or the semaphore belongs to another loop.</exception>
    /// <remarks>A task that is cancelled when it was already given a slot hands it on. Source: <c>Semaphore.acquire</c>.</remarks>
    public LoopOperation<LoopReleaser> Acquire() => new(this);

    /// <summary>Takes a slot if one is free and nobody waits.</summary>
    /// <returns>Whether one was taken; then call <see cref="Release"/>.</returns>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the semaphore's.</exception>
    public bool TryAcquire()
    {
        _binding.Check(this);
        return TryTake();
    }

    /// <summary>Frees a slot: the first waiter, if any, is given it.</summary>
    /// <exception cref="SemaphoreFullException">The value would exceed its limit: the initial value of a bounded semaphore, else <see cref="int.MaxValue"/>.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the semaphore's.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed and something waits.</exception>
    /// <remarks>Source: <c>Semaphore.release</c>.</remarks>
    public void Release()
    {
        _binding.Check(this);
        if (Value >= Limit)
        {
            throw new SemaphoreFullException(Messages.SemaphoreReleasedTooOften(this, Limit));
        }

        Value++;
        GiveNext();
    }

    /// <summary>Value and number of waiters, for people.</summary>
    public override string ToString()
        => $"<{GetType().Name} {(IsLocked ? "locked" : "unlocked")} value={Value}{(_line.IsEmpty ? "" : $" waiters={_line.Count}")}>";

    bool IOperation<LoopReleaser>.TryComplete(out LoopReleaser result)
    {
        _binding.CheckAwait(this);
        result = new LoopReleaser(this);
        return TryTake();
    }

    Coroutine<LoopReleaser> IOperation<LoopReleaser>.Start() => AcquireInTurn();

    private bool TryTake()
    {
        if (IsLocked)
        {
            return false;
        }

        Value--;
        return true;
    }

    private async Coroutine<LoopReleaser> AcquireInTurn()
    {
        if (!TryTake())
        {
            Waiter waiter = _line.Join(_binding.Bind(this));
            try
            {
                await waiter;
            }
            catch when (waiter.IsWoken)
            {
                // Cancelled after a slot was given to this task: it goes back, and on to the next one below.
                Value++;
                throw;
            }
            finally
            {
                _line.Remove(waiter);

                // Slots that were freed for nobody while this task was on its way: those behind it had to wait for it.
                while (GiveNext())
                {
                }
            }
        }

        return new LoopReleaser(this);
    }

    /// <summary>Gives a free slot to the first waiter that has none. False: there is no slot or no waiter.</summary>
    private bool GiveNext()
    {
        if (Value == 0 || _line.Pending == 0)
        {
            return false;
        }

        Value--;
        _line.WakeNext();
        return true;
    }
}

/// <summary>A <see cref="LoopSemaphore"/> that notices when it is released more often than acquired.</summary>
/// <remarks>Source: <c>asyncio.BoundedSemaphore</c>.</remarks>
public sealed class LoopBoundedSemaphore : LoopSemaphore
{
    private readonly int _limit;

    /// <summary>Makes a semaphore.</summary>
    /// <param name="value">Slots that are free at first, and the most there can be; zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is negative.</exception>
    public LoopBoundedSemaphore(int value = 1)
        : base(value) => _limit = value;

    private protected override int Limit => _limit;
}
