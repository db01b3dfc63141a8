using System.Net.Sockets;
using Bridge.Selectors;

namespace Bridge;

/// <summary>Wakes a sleeping selector, and survives the death of a waker: the spare one ends the sleep, the loop rebuilds the dead one.</summary>
/// <remarks>
/// A producer that fails to wake leaves a note and uses the spare; the loop, once awake, rebuilds both. While the system refuses new
/// descriptors the loop does not rely on being woken: it looks for itself every <see cref="s_unwakeableWait"/> and tries again.
/// </remarks>
internal sealed class SelectorWakeUp : IDisposable
{
    /// <summary>The longest sleep of a loop that perhaps nobody can wake: soon enough for its posts, seldom enough to burn nothing.</summary>
    private static readonly TimeSpan s_unwakeableWait = TimeSpan.FromMilliseconds(20);

    private readonly IWaker _waker;

    /// <summary>Written only when <see cref="_waker"/> fails. Without it a dead waker would leave the loop asleep until its next timer.</summary>
    private readonly IWaker _spare;

    /// <summary>The first failure not yet handled. Set by the failing producer (null to a value), taken by the loop thread.</summary>
    private WakeFailure? _failure;

    /// <summary>
    /// How often the wakers were rebuilt. Written by the loop thread after a rebuild, read by producers before they wake. A failure of
    /// an earlier generation is history: its post was in the inbox before the rebuild, and a rebuild makes the loop look once more.
    /// </summary>
    private volatile int _generation;

    /// <summary>Still to be rebuilt: the system refused it the last time. Loop thread. Apart, because each rebuild ends the next wait.</summary>
    private bool _wakerDue;
    private bool _spareDue;

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
        int generation = _generation;
        if (!TryWake(_waker, generation))
        {
            TryWake(_spare, generation);
        }
    }

    private bool IsRebuildDue => _wakerDue || _spareDue;

    /// <summary>Shortens a wait while a wake-up might not arrive. Loop thread.</summary>
    internal TimeSpan? Limit(TimeSpan? timeout)
        => IsRebuildDue && (timeout is null || timeout > s_unwakeableWait) ? s_unwakeableWait : timeout;

    /// <summary>After a wait, on the loop thread: takes back what was written, rebuilds what is dead. Returns a failure to report, once.</summary>
    internal Exception? ResetAndHeal()
    {
        WakeFailure? noted = Interlocked.Exchange(ref _failure, null);
        Exception? failure = noted?.Generation == _generation ? noted.Exception : null;
        if (failure is null && !IsRebuildDue && _waker.IsHealthy && _spare.IsHealthy)
        {
            // Both: the spare holds a wake-up of its own after it was rebuilt or used, and where the selector watches levels
            // it would end every wait from then on.
            _waker.Reset();
            _spare.Reset();
            return null;
        }

        bool isReported = IsRebuildDue;
        _wakerDue |= !isReported || failure is not null || !_waker.IsHealthy;
        _spareDue |= !isReported || !_spare.IsHealthy;

        failure ??= new IOException("The waker's descriptor was closed or reset from outside.");
        Exception? refusal = TryRebuild();
        return isReported ? null
            : refusal is null ? failure
            : new AggregateException("A waker died, and the system refuses to make a new one for now.", failure, refusal);
    }

    /// <summary>Rebuilds what is due. Returns why that was refused.</summary>
    private Exception? TryRebuild()
    {
        try
        {
            if (_wakerDue)
            {
                _waker.Rebuild();
                _wakerDue = false;
                _generation++;
            }

            if (_spareDue)
            {
                _spare.Rebuild();
                _spareDue = false;
                _generation++;
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // Out of descriptors, most likely. The waker is as before, so the loop must not sleep on it.
            return exception;
        }
    }

    private bool TryWake(IWaker waker, int generation)
    {
        try
        {
            waker.Wake();
            return true;
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // The loop reports it; the producer's post is in the inbox and is not his to retry.
            Interlocked.CompareExchange(ref _failure, new WakeFailure(exception, generation), null);
            return false;
        }
    }

    private sealed record WakeFailure(Exception Exception, int Generation);
}
