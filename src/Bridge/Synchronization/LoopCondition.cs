using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Bridge;

/// <summary>Lets tasks that hold a lock wait until another one, holding it too, tells them that something changed.</summary>
/// <remarks>
/// <para>It belongs to the first loop in which a task waited for it. Threads: its loop's.</para>
/// <para>Source: <c>asyncio.Condition</c> of 3.13, in which a cancelled waiter no longer loses a notification.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class LoopCondition
{
    private readonly WaiterLine _line = new();
    private LoopBinding _binding;

    /// <summary>Makes a condition.</summary>
    /// <param name="loopLock">The lock that guards the state waited for; several conditions may share one. Null: a new one.</param>
    public LoopCondition(LoopLock? loopLock = null) => Lock = loopLock ?? new LoopLock();

    /// <summary>The lock to hold while calling the other members.</summary>
    public LoopLock Lock { get; }

    /// <summary>Whether the lock is held.</summary>
    public bool IsLocked => Lock.IsLocked;

    /// <summary>Takes the lock; see <see cref="LoopLock.Acquire"/>.</summary>
    /// <returns>Await it; dispose the result to release.</returns>
    public LoopOperation<LoopReleaser> Acquire() => Lock.Acquire();

    /// <summary>Takes the lock if it is free; see <see cref="LoopLock.TryAcquire"/>.</summary>
    /// <returns>Whether it was taken.</returns>
    public bool TryAcquire() => Lock.TryAcquire();

    /// <summary>Frees the lock; see <see cref="LoopLock.Release"/>.</summary>
    /// <exception cref="InvalidOperationException">It is not acquired.</exception>
    public void Release() => Lock.Release();

    /// <summary>Releases the lock, waits to be notified, and takes the lock again.</summary>
    /// <returns>A coroutine.</returns>
    /// <exception cref="InvalidOperationException">On await: the lock is not acquired, no loop is running in this thread, or the condition belongs to another loop.</exception>
    /// <remarks>
    /// <para>The lock is held again whenever this ends, also with an exception, and however often the task is cancelled meanwhile; then the last cancellation is thrown.</para>
    /// <para>Check what was waited for again afterwards, or use <see cref="WaitFor"/>. Source: <c>Condition.wait</c>. Stronger: only a waiter that really was notified passes that on when it fails.</para>
    /// </remarks>
    public async Coroutine Wait()
    {
        AssertLocked("wait");
        Waiter waiter = _line.Join(_binding.Bind(this));
        try
        {
            await WaitUnlocked(waiter);
        }
        catch when (waiter.IsWoken)
        {
            // The notification did not reach the code behind this wait; the next in line gets it.
            _ = _line.WakeNext();
            throw;
        }
    }

    /// <summary>Waits, as <see cref="Wait"/> does, until something is true.</summary>
    /// <param name="predicate">Called with the lock held: at once, and after each notification. What it throws is thrown here.</param>
    /// <returns>A coroutine.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="predicate"/> is null.</exception>
    /// <exception cref="InvalidOperationException">On await: the lock is not acquired and the predicate is false, or as for <see cref="Wait"/>.</exception>
    /// <remarks>Source: <c>Condition.wait_for</c>, whose result, the last value of the predicate, is always true here.</remarks>
    public Coroutine WaitFor(Func<bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return WaitUntil(predicate);
    }

    /// <summary>Wakes the first waiters; each goes on once it has the lock, which the caller still holds.</summary>
    /// <param name="count">At most this many; zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">The lock is not acquired, or the call comes from another loop or thread than the condition's.</exception>
    /// <remarks>Source: <c>Condition.notify</c>.</remarks>
    public void Notify(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _binding.Check(this);
        AssertLocked("notify");
        for (int i = 0; i < count && _line.WakeNext() is not null; i++)
        {
        }
    }

    /// <summary>Wakes all waiters; each goes on once it has the lock.</summary>
    /// <exception cref="InvalidOperationException">The lock is not acquired, or the call comes from another loop or thread than the condition's.</exception>
    /// <remarks>Source: <c>Condition.notify_all</c>.</remarks>
    public void NotifyAll() => Notify(int.MaxValue);

    /// <summary>State and number of waiters, for people.</summary>
    public override string ToString()
        => $"<LoopCondition {(IsLocked ? "locked" : "unlocked")}{(_line.IsEmpty ? "" : $" waiters={_line.Count}")}>";

    private async Coroutine WaitUntil(Func<bool> predicate)
    {
        while (!predicate())
        {
            await Wait();
        }
    }

    private async Coroutine WaitUnlocked(Waiter waiter)
    {
        ExceptionDispatchInfo? failure = null;
        try
        {
            Lock.Release();
            await waiter;
        }
        catch (OperationCanceledException exception)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            _line.Remove(waiter);
        }

        for (bool acquired = false; !acquired;)
        {
            try
            {
                await Lock.Acquire();
                acquired = true;
            }
            catch (OperationCanceledException exception)
            {
                // The code around this wait goes on inside the lock, or releases it: nothing but the lock ends this loop.
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        }

        failure?.Throw();
    }

    private void AssertLocked(string verb)
    {
        if (!Lock.IsLocked)
        {
            throw new InvalidOperationException(Messages.ConditionNotAcquired(verb, this));
        }
    }
}
