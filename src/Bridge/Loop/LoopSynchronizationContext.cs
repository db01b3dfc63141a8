namespace Bridge;

/// <summary>Brings what plain <c>async Task</c> code awaits back to the loop thread. Installed while the loop runs.</summary>
internal sealed class LoopSynchronizationContext : SynchronizationContext
{
    private readonly EventLoop _loop;

    internal LoopSynchronizationContext(EventLoop loop) => _loop = loop;

    internal EventLoop Loop => _loop;

    /// <summary>Queues the callback; dropped and counted if the loop is closed, for the completer of a task must not pay for that.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (!_loop.TryPost(d, state, AmbientContext.Capture()))
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
}
