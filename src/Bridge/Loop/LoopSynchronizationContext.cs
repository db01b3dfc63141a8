using Bridge.Executors;

namespace Bridge;

/// <summary>Brings what plain <c>async Task</c> code awaits back to the loop thread. Installed while the loop runs.</summary>
internal sealed class LoopSynchronizationContext : SynchronizationContext
{
    private readonly EventLoop _loop;
    private LoopSynchronizationContext? _successor;

    /// <summary>Guards the flag, so that no post comes between it and the loop's last turn.</summary>
    private readonly Lock _handOver = new();
    private bool _isHandedOver;

    internal LoopSynchronizationContext(EventLoop loop)
    {
        _loop = loop;
        SetWaitNotificationRequired();
    }

    internal EventLoop Loop => _loop;

    /// <summary>Of a scope's loop: the context that takes what comes when the scope is over. Written once, before the scope begins.</summary>
    internal void SetSuccessor(LoopSynchronizationContext successor) => _successor = successor;

    /// <summary>From here on everything goes to the successor; what came before is in the loop's inbox.</summary>
    internal void HandOver()
    {
        using (Interrupts.Hold(_handOver))
        {
            _isHandedOver = true;
        }
    }

    /// <summary>Queues the callback; dropped and counted if the loop is closed, for the completer of a task must not pay for that.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (_successor is not null)
        {
            PostInScope(d, state);
        }
        else if (!_loop.TryPost(d, state, AmbientContext.Capture()))
        {
            _loop.CountLateCompletion();
        }
    }

    /// <summary>Runs the callback before it returns: here on the loop thread, else over there while this thread waits.</summary>
    /// <exception cref="ObjectDisposedException">The loop is, or gets, closed before the callback ran.</exception>
    public override void Send(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (_loop.IsOnLoopThread)
        {
            d(state);
            return;
        }

        new SendRequest(_loop, d, state).RunAndWait();
    }

    public override SynchronizationContext CreateCopy() => this;

    private void PostInScope(SendOrPostCallback d, object? state)
    {
        using (Interrupts.Hold(_handOver))
        {
            if (!_isHandedOver && _loop.TryPost(d, state, AmbientContext.Capture()))
            {
                return;
            }
        }

        _successor!.Post(d, state);
    }

    /// <summary>Called by the runtime for each managed wait in a thread where this context is the current one.</summary>
    /// <exception cref="BlockingWaitException">Blocking is forbidden on this loop, or the wait could never end.</exception>
    public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout)
    {
        // Before the first look: who ends the wait and then changes the policy must not have it thrown at.
        BlockingWaitPolicy policy = _loop.BlockingWaits;
        int result = WaitNow(waitHandles, waitAll, 0);
        if (result != BlockedWait.TimedOut || millisecondsTimeout == 0)
        {
            _loop.BlockedWait.Saw(waitHandles);
            return result;
        }

        // Somebody may have made this context another thread's.
        return _loop.IsOnLoopThread
            ? _loop.BlockedWait.Wait(new Waiting(waitHandles, waitAll, millisecondsTimeout), policy)
            : WaitNow(waitHandles, waitAll, millisecondsTimeout);
    }

    internal static int WaitNow(IntPtr[] waitHandles, bool waitAll, int milliseconds) => WaitHelper(waitHandles, waitAll, milliseconds);
}
