using System.Runtime.ExceptionServices;
using Bridge.Executors;

namespace Bridge;

/// <summary>A callback another thread waits for. Closing the loop ends the wait with an error; it cannot hang.</summary>
#pragma warning disable CA1001 // The event never gets a kernel handle, WaitHandle being unused; there is nothing to dispose of.
internal sealed class SendRequest : LoopWork
#pragma warning restore CA1001
{
    private readonly EventLoop _loop;
    private readonly SendOrPostCallback _callback;
    private readonly object? _state;

    /// <summary>
    /// Guards the two fields below: written once, by the loop thread or whoever closes the loop, together with the event; read by the
    /// waiting thread after the event. No foreign code runs under it.
    /// </summary>
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _done = new();
    private Exception? _exception;
    private bool _ran;

    internal SendRequest(EventLoop loop, SendOrPostCallback callback, object? state)
    {
        _loop = loop;
        _callback = callback;
        _state = state;
    }

    internal void RunAndWait()
    {
        using CloseRegistration registration = _loop.OnClose(() => End(ran: false, null));
        if (!_loop.TryPost(this, null, AmbientContext.Capture()))
        {
            throw new ObjectDisposedException(_loop.Name, Messages.LoopClosed(_loop));
        }

        _done.Wait();
        using (Interrupts.Hold(_lock))
        {
            if (_exception is not null)
            {
                ExceptionDispatchInfo.Throw(_exception);
            }

            if (!_ran)
            {
                throw new ObjectDisposedException(_loop.Name, Messages.LoopClosed(_loop));
            }
        }
    }

    internal override void Run()
    {
        try
        {
            _callback(_state);
            End(ran: true, null);
        }
        catch (Exception exception)
        {
            // Belongs to the sender, who waits for it.
            End(ran: true, exception);
        }
    }

    private void End(bool ran, Exception? exception)
    {
        using (Interrupts.Hold(_lock))
        {
            if (_done.IsSet)
            {
                return;
            }

            _ran = ran;
            _exception = exception;
            Interrupts.Set(_done);
        }
    }
}
