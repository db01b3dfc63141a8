using System.Diagnostics;

namespace Bridge;

/// <summary>Mutual exclusion among the tasks of one loop, first come, first served: <c>using (await _lock.Acquire()) { ... }</c></summary>
/// <remarks>
/// <para>Not re-entrant, and not owned: any code on the loop may release it. It belongs to the first loop in which a task had to wait for it.</para>
/// <para>Threads: its loop's. Acquiring a free lock allocates nothing. Source: <c>asyncio.Lock</c>.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class LoopLock : IOperation<LoopReleaser>, IReleasable
{
    private readonly WaiterLine _line = new();
    private LoopBinding _binding;

    /// <summary>Whether somebody holds it. False also between a release and the next waiter's step.</summary>
    public bool IsLocked { get; private set; }

    /// <summary>Takes the lock, once everybody who asked before has had it.</summary>
    /// <returns>Await it; dispose the result to release, or call <see cref="Release"/>.</returns>
    /// <exception cref="InvalidOperationException">On await: no loop is running in this thread, or the lock belongs to another loop.</exception>
    /// <remarks>A task that is cancelled when it was already its turn passes the turn on. Source: <c>Lock.acquire</c>.</remarks>
    public LoopOperation<LoopReleaser> Acquire() => new(this);

    /// <summary>Takes the lock if it is free and nobody waits for it.</summary>
    /// <returns>Whether it was taken; then call <see cref="Release"/>.</returns>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the lock's.</exception>
    public bool TryAcquire()
    {
        _binding.Check(this);
        return TryTake();
    }

    /// <summary>Frees the lock and lets the first waiter, if any, have it in a coming turn.</summary>
    /// <exception cref="InvalidOperationException">It is not acquired, or the call comes from another loop or thread than the lock's.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed and something waits; the lock is free all the same.</exception>
    /// <remarks>Who asks in between queues behind that waiter. Source: <c>Lock.release</c>.</remarks>
    public void Release()
    {
        _binding.Check(this);
        if (!IsLocked)
        {
            throw new InvalidOperationException(Messages.LockNotAcquired(this));
        }

        IsLocked = false;
        WakeFirst();
    }

    /// <summary>State and number of waiters, for people.</summary>
    public override string ToString()
        => $"<LoopLock {(IsLocked ? "locked" : "unlocked")}{(_line.IsEmpty ? "" : $" waiters={_line.Count}")}>";

    bool IOperation<LoopReleaser>.TryComplete(out LoopReleaser result)
    {
        _binding.CheckAwait(this);
        result = new LoopReleaser(this);
        return TryTake();
    }

    Coroutine<LoopReleaser> IOperation<LoopReleaser>.Start() => AcquireInTurn();

    private bool TryTake() => !IsLocked && _line.IsEmpty && (IsLocked = true);

    private async Coroutine<LoopReleaser> AcquireInTurn()
    {
        if (!TryTake())
        {
            Waiter waiter = _line.Join(_binding.Bind(this));
            try
            {
                await waiter;
                Debug.Assert(!IsLocked, "Nobody takes the lock from a woken waiter.");
                IsLocked = true;
            }
            finally
            {
                _line.Remove(waiter);
                if (!IsLocked)
                {
                    // Cancelled, perhaps after the lock was left for this task: whoever is next must not wait for ever.
                    WakeFirst();
                }
            }
        }

        return new LoopReleaser(this);
    }

    /// <summary>The first waiter may take the lock, if none was told so before and is still to come.</summary>
    private void WakeFirst()
    {
        if (_line.Woken == 0)
        {
            _line.WakeNext();
        }
    }
}
