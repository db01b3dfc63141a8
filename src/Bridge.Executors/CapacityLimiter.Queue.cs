using System.Runtime.CompilerServices;

namespace Bridge.Executors;

/// <content>Handing free slots to those who wait, in the order in which they came.</content>
public sealed partial class CapacityLimiter
{
    /// <summary>Takes a slot, or queues the waiter if there is one. True: the slot is taken.</summary>
    internal bool TryAcquireOrWait(Waiter? waiter)
    {
        using (Interrupts.Hold(_lock))
        {
            if (_waiters.Count == 0 && _borrowed < _total)
            {
                _borrowed++;
                return true;
            }

            if (waiter is not null)
            {
                _waiters.AddLast(waiter.Node);
            }

            return false;
        }
    }

    /// <summary>Takes a waiter out of the queue. False: it was granted a slot, or is just being granted one.</summary>
    internal bool TryForget(Waiter waiter)
    {
        using (Interrupts.Hold(_lock))
        {
            if (waiter.Node.List is null)
            {
                return false;
            }

            _waiters.Remove(waiter.Node);
            return true;
        }
    }

    private void GrantFreeSlots()
    {
        // A granted job may run and release right here, if its executor runs jobs inside Enqueue. A long chain of these must not eat the stack.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            ThreadPool.UnsafeQueueUserWorkItem(static limiter => limiter.GrantFreeSlots(), this, preferLocal: false);
            return;
        }

        while (TakeWaiterForFreeSlot() is { } waiter)
        {
            if (!waiter.TryGrant())
            {
                using (Interrupts.Hold(_lock))
                {
                    _borrowed--;
                }
            }
        }
    }

    private Waiter? TakeWaiterForFreeSlot()
    {
        using (Interrupts.Hold(_lock))
        {
            if (_waiters.First is not { } node || _borrowed >= _total)
            {
                return null;
            }

            _waiters.Remove(node);
            _borrowed++;
            return node.Value;
        }
    }

    private async Task<Lease> WaitAsync(AsyncWaiter waiter, CancellationToken cancellationToken)
    {
        waiter.Token = cancellationToken;
        using (cancellationToken.UnsafeRegister(static (state, _) => ((CancelTarget)state!).Cancel(), new CancelTarget(this, waiter)))
        {
            await waiter.Granted.Task.ConfigureAwait(false);
        }

        return new Lease(this);
    }
}
