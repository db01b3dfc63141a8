using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>The only door into the loop from other threads: posts wait here, in order, until the loop takes them all at once.</summary>
/// <remarks>
/// <para>
/// Two buffers change places: producers append to one while the loop runs the other, so a post is one atomic, a few stores and no
/// allocation. Everything but the marked exceptions is read and written under <see cref="_gate"/>.
/// </para>
/// <para>
/// No wake-up is lost, because whether the loop sleeps and whether something waits are decided under the same gate. The loop may
/// only sleep after <see cref="TryPark"/>, which fails if a post is already here; a post that comes later finds <c>_parked</c> set,
/// clears it and tells its producer to wake the loop. Clearing it is also what makes one wake-up serve any number of posts.
/// </para>
/// <para>Explored over all schedules of a small model by tests/Bridge.Interleaving.</para>
/// </remarks>
internal sealed class CrossThreadInbox
{
#if DEBUG
    private const int InitialCapacity = 3;
#else
    private const int InitialCapacity = 128;
#endif

    /// <summary>Buffers larger than this are given back to the garbage collector once a burst is over.</summary>
    private const int LargestKeptCapacity = 1 << 16;

    private SpinGate _gate;

    /// <summary>Posts not yet taken, at places <c>0 .. _count</c>.</summary>
    private PostBuffer _items = new(InitialCapacity);

    /// <summary>
    /// How many wait in <see cref="_items"/>. Written under the gate; the loop also reads it without (<see cref="HasPosts"/>), which is
    /// benign: a stale zero only delays the take to the next turn, and the loop never sleeps on it.
    /// </summary>
    private int _count;

    /// <summary>Sequence number of the first of <see cref="_items"/>; with <see cref="_count"/> it counts all posts ever made.</summary>
    private long _firstSequence;

    /// <summary>The loop sleeps, or is about to, and nobody has woken it yet. Set by the loop, cleared by whoever comes first: a post or the loop.</summary>
    private bool _parked;

    private bool _closed;
    private long _wakes;

    /// <summary>The batch the loop is running. Loop thread only.</summary>
    private readonly PostBatch _batch = new(new PostBuffer(InitialCapacity));

    private readonly PostCancellation _cancellation = new();

#pragma warning disable CS0169, IDE0051 // Keeps the loop's own objects off the lines that producers write.
    private readonly CacheLines _room;
#pragma warning restore CS0169, IDE0051

    /// <summary>Posts accepted so far. Any thread.</summary>
    internal long PostCount => Counts.Posts;

    /// <summary>Wake-ups asked for so far: posts that found the loop parked. Any thread.</summary>
    internal long WakeCount => Counts.Wakes;

    /// <summary>Posts accepted so far, how many of them wait to be taken, and wake-ups asked for. Any thread.</summary>
    internal (long Posts, int Waiting, long Wakes) Counts
    {
        get
        {
            _gate.Enter();
            (long Posts, int Waiting, long Wakes) counts = (_firstSequence + _count, _count, _wakes);
            _gate.Exit();
            return counts;
        }
    }

    /// <summary>Something may be waiting. Loop thread; see <see cref="_count"/> for why no gate is needed.</summary>
    internal bool HasPosts
    {
        get
        {
            Interleave.Point();
            return Volatile.Read(ref _count) != 0;
        }
    }

    /// <summary>The loop still has posts of the last batch to run.</summary>
    internal bool HasBatch => _batch.Index < _batch.Count;

    /// <summary>How many posts of the last batch the loop still has to run.</summary>
    internal int BatchCount => _batch.Count - _batch.Index;

    /// <summary>Appends a post. Any thread.</summary>
    /// <param name="callback">What to run; see <see cref="ReadySlot.Callback"/>.</param>
    /// <param name="state">Its argument.</param>
    /// <param name="context">Its ambient context.</param>
    /// <param name="sequence">The post's number, for cancelling it.</param>
    /// <param name="wake">The loop sleeps: the caller must wake it, after this method has returned.</param>
    /// <returns>False, and nothing is kept, if the loop is closed.</returns>
    internal bool TryPost(object callback, object? state, ExecutionContext? context, out long sequence, out bool wake)
    {
        _gate.Enter();
        try
        {
            if (_closed)
            {
                sequence = -1;
                wake = false;
                return false;
            }

            int index = _count;
            _items.Add(index, callback, state, context);
            _count = index + 1;
            sequence = _firstSequence + index;
            wake = _parked;
            if (wake)
            {
                _parked = false;
                _wakes++;
            }

            return true;
        }
        finally
        {
            // Also when there is no memory for more posts: then this one fails, and the next may not.
            _gate.Exit();
        }
    }

    /// <summary>Announces that the loop is about to sleep. False: something is here, do not sleep. Loop thread.</summary>
    internal bool TryPark()
    {
        _gate.Enter();
        bool park = _count == 0 && !_closed;
        _parked = park;
        _gate.Exit();
        return park;
    }

    /// <summary>Takes the announcement back. True: a wake-up was sent in the meantime and the waker must be reset. Loop thread.</summary>
    internal bool Unpark()
    {
        _gate.Enter();
        bool woken = !_parked;
        _parked = false;
        _gate.Exit();
        return woken;
    }

    /// <summary>The post that runs, null if none does. Any thread: others may see one that is over.</summary>
    internal object? Running => _batch.Index is > 0 and var index ? _batch.Buffer.Peek(index - 1) : null;

    /// <summary>Posts begun so far. Any thread: a snapshot.</summary>
    internal long Taken => _batch.FirstSequence + _batch.Index;

    /// <summary>The batch has been run to its end, or given up. Loop thread.</summary>
    internal void EndOfBatch()
    {
        if (_batch.Index > 0)
        {
            _batch.Buffer.Clear(_batch.Index - 1);
        }
    }

    /// <summary>Makes all waiting posts the batch to run. Loop thread; the former batch must have been run to its end.</summary>
    internal void TakeBatch()
    {
        EndOfBatch();
        _batch.Buffer.Recycle(LargestKeptCapacity, _batch.Count);
        _gate.Enter();
        (_items, _batch.Buffer) = (_batch.Buffer, _items);
        _batch.Count = _count;
        _batch.FirstSequence = _firstSequence;
        _firstSequence += _count;
        _count = 0;
        _gate.Exit();
        _batch.Index = 0;
    }

    /// <summary>The next post of the batch; its callback is null if it was cancelled. Loop thread; check <see cref="HasBatch"/> first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadySlot NextOfBatch()
    {
        PostBatch batch = _batch;
        int index = batch.Index;
        ReadySlot taken = batch.Buffer.Begin(index);
        if (index > 0)
        {
            batch.Buffer.Clear(index - 1);
        }

        batch.Index = index + 1;
        if (_cancellation.StartsRunning(batch.FirstSequence + index))
        {
            taken.Callback = null;
        }

        return taken;
    }

    /// <summary>What waits here, in the batch and behind it. Loop thread.</summary>
    internal List<(object? Callback, object? State)> Snapshot()
    {
        var found = new List<(object?, object?)>();
        _batch.Buffer.CopyTo(found, _batch.Index, _batch.Count);
        _gate.Enter();
        try
        {
            _items.CopyTo(found, 0, _count);
        }
        finally
        {
            _gate.Exit();
        }

        return found;
    }

    /// <summary>Cancels a post. True: it will never run. False: it started, ran or was cancelled before. Any thread.</summary>
    /// <param name="sequence">The number <see cref="TryPost"/> gave.</param>
    /// <param name="onLoopThread">The caller is the loop thread.</param>
    internal bool Cancel(long sequence, bool onLoopThread)
    {
        _gate.Enter();
        long index = sequence - _firstSequence;
        if (index >= 0)
        {
            bool waiting = index < _count && _items.Holds((int)index);
            if (waiting)
            {
                // Remembered until the loop comes to the empty slot, so that no later cancel succeeds as well.
                _items.Take((int)index);
                _cancellation.Request(sequence);
            }

            _gate.Exit();
            return waiting;
        }

        _gate.Exit();
        return onLoopThread ? CancelInBatch(sequence) : _cancellation.TryCancel(sequence);
    }

    /// <summary>Whether the post is still to run. A snapshot; any thread.</summary>
    internal bool IsPending(long sequence, bool onLoopThread)
    {
        _gate.Enter();
        long index = sequence - _firstSequence;
        bool waiting = index >= 0 && index < _count && _items.Holds((int)index);
        _gate.Exit();
        return index >= 0 ? waiting
            : onLoopThread ? BatchIndexOf(sequence) >= 0 && _cancellation.MayStillRun(sequence)
            : _cancellation.MayStillRun(sequence);
    }

    /// <summary>Refuses posts from now on and drops those not yet run. Loop thread, or nobody's.</summary>
    internal void Close()
    {
        _gate.Enter();
        _closed = true;
        _parked = false;
        _items.Clear();
        _firstSequence += _count;
        _count = 0;
        _gate.Exit();
        _batch.Buffer.Clear();
        _batch.Index = _batch.Count = 0;
        _cancellation.NothingRunsAnyMore();
    }

    private bool CancelInBatch(long sequence)
    {
        int index = BatchIndexOf(sequence);
        if (index < 0 || !_cancellation.Request(sequence))
        {
            return false;
        }

        _batch.Buffer.Take(index);
        return true;
    }

    private int BatchIndexOf(long sequence)
    {
        long index = sequence - _batch.FirstSequence;
        return index >= _batch.Index && index < _batch.Count && _batch.Buffer.Holds((int)index) ? (int)index : -1;
    }
}
