using System.Net.Sockets;
using Bridge.Selectors;

namespace Bridge;

/// <summary>Wakes a sleeping selector, and survives the death of a waker: the spare one ends the sleep, the loop rebuilds the dead one.</summary>
internal sealed class SelectorWakeUp : IDisposable
{
    private readonly IWaker _waker;

    /// <summary>Written only when <see cref="_waker"/> fails. Without it a dead waker would leave the loop asleep until its next timer.</summary>
    private readonly IWaker _spare;

    /// <summary>The first failure not yet handled. Set by the failing producer (null to a value), taken by the loop thread.</summary>
    private Exception? _failure;

    internal SelectorWakeUp(ISelector selector)
    {
        _waker = selector.CreateWaker();
        _spare = selector.CreateWaker();
    }

    public void Dispose()
    {
        _waker.Dispose();
        _spare.Dispose();
    }

    /// <summary>Any thread; never throws.</summary>
    internal void Wake()
    {
        if (!TryWake(_waker))
        {
            TryWake(_spare);
        }
    }

    /// <summary>After a wait, on the loop thread: takes back what was written, rebuilds what is dead. Returns a failure to report, once.</summary>
    internal Exception? ResetAndHeal()
    {
        Exception? failure = Interlocked.Exchange(ref _failure, null);
        _waker.Reset();
        _spare.Reset();
        if (failure is null && _waker.IsHealthy && _spare.IsHealthy)
        {
            return null;
        }

        _waker.Rebuild();
        _spare.Rebuild();
        return failure ?? new IOException("The waker's descriptor was closed or reset from outside.");
    }

    private bool TryWake(IWaker waker)
    {
        try
        {
            waker.Wake();
            return true;
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // The loop reports it; the producer's post is in the inbox and is not his to retry.
            Interlocked.CompareExchange(ref _failure, exception, null);
            return false;
        }
    }
}
