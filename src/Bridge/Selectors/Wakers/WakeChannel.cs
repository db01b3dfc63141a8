using System.Runtime.InteropServices;

namespace Bridge.Selectors;

/// <summary>The descriptors of one waker: written by any thread, watched and drained by the loop thread, never reopened.</summary>
internal abstract class WakeChannel : IDisposable
{
    // Set by any thread whose write failed and by the loop thread when Select or a drain found an end dead. Only ever becomes true;
    // a repair is a new channel. Volatile, because the loop thread polls it without other synchronisation.
    private volatile bool _broken;

    /// <summary>True once an end was found dead.</summary>
    internal bool IsBroken => _broken;

    /// <summary>What the selector watches.</summary>
    internal abstract SafeHandle Handle { get; }

    /// <summary>The Socket or SafeHandle that stands for <see cref="Handle"/>.</summary>
    internal abstract object FileObject { get; }

    internal void MarkBroken() => _broken = true;

    /// <summary>Makes <see cref="Handle"/> readable. Any thread. Neither blocks nor allocates.</summary>
    /// <returns>0 when it is readable now, otherwise the error number. A closed channel gives <see cref="Closed"/>.</returns>
    internal abstract int Signal();

    /// <summary>Reads all that was written. Loop thread.</summary>
    /// <returns>False when the descriptor is dead.</returns>
    internal abstract bool Drain();

    /// <summary>Gives up the numbers that somebody else closed, without closing them again. Any thread.</summary>
    internal abstract void AbandonDead();

    /// <summary>Gives one number up, if it is the channel's, without closing it: it is somebody else's. Loop thread.</summary>
    /// <returns>True when it was the channel's.</returns>
    internal abstract bool GiveUp(nint descriptor);

    /// <summary>The call that <see cref="Signal"/> makes, for error texts.</summary>
    internal abstract string SignalCall { get; }

    /// <summary>Closes the ends, once the writes in flight are over.</summary>
    public abstract void Dispose();

    /// <summary>The result of <see cref="Signal"/> on a channel that was disposed or abandoned; no error number of any system.</summary>
    internal const int Closed = -1;
}
