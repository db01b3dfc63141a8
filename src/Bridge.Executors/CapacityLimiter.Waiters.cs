namespace Bridge.Executors;

/// <content>Who waits for a slot, and what a slot in somebody's hand looks like.</content>
public sealed partial class CapacityLimiter
{
    /// <summary>A slot in use. Disposing it gives the slot back; disposing it again does nothing.</summary>
    public sealed class Lease : IDisposable
    {
        /// <summary>Null once given back. Taken by an exchange, so that of several threads that dispose one gives the slot back.</summary>
        private CapacityLimiter? _limiter;

        internal Lease(CapacityLimiter limiter) => _limiter = limiter;

        /// <summary>Gives the slot back to the next in line.</summary>
        /// <remarks>May be called from any thread, not only the one that took the slot.</remarks>
        public void Dispose() => Interlocked.Exchange(ref _limiter, null)?.Release();
    }

    /// <summary>One place in the queue. The node is linked and unlinked under the limiter's lock.</summary>
    internal abstract class Waiter
    {
        protected Waiter() => Node = new LinkedListNode<Waiter>(this);

        internal LinkedListNode<Waiter> Node { get; }

        /// <summary>The slot is this waiter's now. False: it is not needed any more. Called once, outside the lock.</summary>
        internal abstract bool TryGrant();
    }

    private sealed class BlockedWaiter : Waiter
    {
        internal ManualResetEventSlim Granted { get; } = new();

        internal override bool TryGrant()
        {
            Interrupts.Set(Granted);
            return true;
        }
    }

    private sealed class AsyncWaiter : Waiter
    {
        internal TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal CancellationToken Token { get; set; }

        /// <summary>Always taken: a cancel completes the source only after it took the waiter out of the queue.</summary>
        internal override bool TryGrant() => Granted.TrySetResult();
    }

    private sealed record CancelTarget(CapacityLimiter Limiter, AsyncWaiter Waiter)
    {
        internal void Cancel()
        {
            if (Limiter.TryForget(Waiter))
            {
                Waiter.Granted.TrySetCanceled(Waiter.Token);
            }
        }
    }
}
