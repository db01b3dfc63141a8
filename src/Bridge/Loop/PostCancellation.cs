using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Lets any thread cancel a post that the loop has already taken but not yet started, at no cost to posts that nobody cancels.</summary>
/// <remarks>
/// <para>
/// The loop announces each post before it runs it (<see cref="_running"/>) and then looks whether cancels are waiting
/// (<see cref="_waiting"/>). A canceller does the reverse: it leaves its request, then looks what is running. For one of the two to
/// see the other, a full fence is needed between the write and the read on both sides. The loop's side runs once per post, so it
/// has none; the canceller, which is rare, fences every processor at once (<see cref="Interlocked.MemoryBarrierProcessWide"/>).
/// </para>
/// <para>
/// Whoever adds the request is the one whose cancel can succeed; that is also how a second cancel knows that it is the second. Whoever
/// removes it decides: the loop by skipping the post, the canceller by reporting that it came too late.
/// </para>
/// </remarks>
internal sealed class PostCancellation
{
    private SpinGate _gate;

    /// <summary>Numbers of posts to skip. Under the gate.</summary>
    private readonly HashSet<long> _requests = [];

    /// <summary>Size of <see cref="_requests"/>. Written under the gate; the loop reads it without, see the class remarks.</summary>
    private int _waiting;

    /// <summary>Highest post number that has started. Written by the loop thread only; read by cancellers after their fence.</summary>
    private long _running = -1;

#pragma warning disable CS0169, IDE0051 // Written for each post: keeps the neighbours off its lines.
    private readonly CacheLines _room;
#pragma warning restore CS0169, IDE0051

    /// <summary>The loop is about to run this post. True: it was cancelled and must be skipped. Loop thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool StartsRunning(long sequence)
    {
        Interleave.Point();
        Volatile.Write(ref _running, sequence);
        Interleave.Point();
        return Volatile.Read(ref _waiting) != 0 && Remove(sequence);
    }

    /// <summary>
    /// Leaves the request only: for the loop thread, which knows what is running, and for a post that the loop has not taken yet and
    /// that the caller keeps it from taking. False: it was cancelled before.
    /// </summary>
    internal bool Request(long sequence) => Add(sequence);

    /// <summary>Cancels a post that the loop has taken. True: it will never run. Any thread but the loop's.</summary>
    internal bool TryCancel(long sequence)
    {
        if (!HasNotStarted(sequence) || !Add(sequence))
        {
            return false;
        }

        Interlocked.MemoryBarrierProcessWide();
        Interleave.Point();

        // Not started: the loop will see the request when it gets there. Started: our request is too late unless the loop took it.
        return Volatile.Read(ref _running) < sequence || !Remove(sequence);
    }

    /// <summary>A snapshot: the post has neither started nor been cancelled. Any thread.</summary>
    internal bool MayStillRun(long sequence)
    {
        _gate.Enter();
        bool requested = _requests.Contains(sequence);
        _gate.Exit();

        // In this order: the loop takes a request away only after it has announced the post.
        return !requested && HasNotStarted(sequence);
    }

    internal void NothingRunsAnyMore()
    {
        Interleave.Point();
        Volatile.Write(ref _running, long.MaxValue);
    }

    private bool HasNotStarted(long sequence)
    {
        Interleave.Point();
        return Volatile.Read(ref _running) < sequence;
    }

    private bool Add(long sequence)
    {
        _gate.Enter();
        bool added = _requests.Add(sequence);
        _waiting = _requests.Count;
        _gate.Exit();
        return added;
    }

    private bool Remove(long sequence)
    {
        _gate.Enter();
        bool removed = _requests.Remove(sequence);
        _waiting = _requests.Count;
        _gate.Exit();
        return removed;
    }
}
