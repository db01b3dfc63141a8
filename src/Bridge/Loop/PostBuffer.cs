using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bridge;

/// <summary>Posts in order, as dense as can be: what most of them lack is kept apart.</summary>
/// <remarks>
/// While posts keep coming, producers and loop hand the lines of these arrays to each other through the caches, and that is most of what a post
/// costs. A line holds eight callbacks, or two and a half slots with argument and context. Whoever has the buffer, has it alone: the
/// producers under the inbox's gate, or the loop once it has taken it.
/// </remarks>
internal sealed class PostBuffer(int capacity)
{
    private Entry[] _callbacks = new Entry[capacity];

    /// <summary>Arguments and contexts, at the index of their callback. Empty until a post brings one, then of the length it had to have so far.</summary>
    private Details[] _details = [];

    /// <summary>A post of those in here has details.</summary>
    private bool _hasDetails;

    /// <summary>Fills an empty place: the one after the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(int index, object callback, object? state, ExecutionContext? context)
    {
        if (index == _callbacks.Length)
        {
            Array.Resize(ref _callbacks, index * 2);
        }

        _callbacks[index].Callback = callback;
        if (state is not null || context is not null)
        {
            AddDetails(index, state, context);
        }
    }

    /// <summary>Whether the post at this place was neither taken nor cancelled.</summary>
    internal bool Holds(int index) => _callbacks[index].Callback is not null;

    /// <summary>The callback at a place, if it is still there. Any thread: others may see one that is over.</summary>
    internal object? Peek(int index)
    {
        Entry[] callbacks = _callbacks;
        return (uint)index < (uint)callbacks.Length ? callbacks[index].Callback : null;
    }

    /// <summary>Takes a post to run it. Its callback stays in its place until <see cref="Clear(int)"/>, for those who ask what runs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadySlot Begin(int index)
    {
        var taken = new ReadySlot { Callback = _callbacks[index].Callback };
        if (_hasDetails)
        {
            TakeDetails(index, ref taken);
        }

        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Clear(int index) => _callbacks[index].Callback = null;

    /// <summary>Takes a post out; its callback is null if it was cancelled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadySlot Take(int index)
    {
        ref Entry entry = ref _callbacks[index];
        var taken = new ReadySlot { Callback = entry.Callback };
        entry.Callback = null;
        if (_hasDetails)
        {
            TakeDetails(index, ref taken);
        }

        return taken;
    }

    /// <summary>Adds the callbacks and arguments at these places.</summary>
    internal void CopyTo(List<(object? Callback, object? State)> found, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            found.Add((_callbacks[i].Callback, i < _details.Length ? _details[i].State : null));
        }
    }

    /// <summary>Makes it ready for reuse, all posts having been taken; gives room back that only a burst needed.</summary>
    /// <param name="largestKept">More places than this are given back,</param>
    /// <param name="needed">unless so many were needed just now.</param>
    internal void Recycle(int largestKept, int needed)
    {
        _hasDetails = false;
        if (needed <= largestKept && _callbacks.Length > largestKept * 4)
        {
            _callbacks = new Entry[largestKept];
            _details = [];
        }
    }

    /// <summary>Drops all posts.</summary>
    internal void Clear()
    {
        Array.Clear(_callbacks);
        Array.Clear(_details);
        _hasDetails = false;
    }

    private void AddDetails(int index, object? state, ExecutionContext? context)
    {
        if (index >= _details.Length)
        {
            Array.Resize(ref _details, _callbacks.Length);
        }

        _details[index] = new Details { State = state, Context = context };
        _hasDetails = true;
    }

    private void TakeDetails(int index, ref ReadySlot taken)
    {
        if (index < _details.Length)
        {
            taken.State = _details[index].State;
            taken.Context = _details[index].Context;
            _details[index] = default;
        }
    }

    /// <summary>A reference in an array of structs is stored without the type check that arrays of references need.</summary>
    private struct Entry
    {
        internal object? Callback;
    }

    private struct Details
    {
        internal object? State;
        internal ExecutionContext? Context;
    }
}

/// <summary>The posts a loop is running: places <c>Index .. Count</c> of the buffer are still to run. Loop thread only.</summary>
/// <remarks>An object of its own, with room behind it: the loop writes to it for each post, and on the inbox's cache lines each of these
/// writes would cost the producers a trip to the other processor.</remarks>
internal sealed class PostBatch(PostBuffer buffer)
{
    internal PostBuffer Buffer = buffer;
    internal int Index;
    internal int Count;

    /// <summary>Sequence number of the buffer's first post.</summary>
    internal long FirstSequence;

#pragma warning disable CS0169, IDE0051 // Takes up room, that is all.
    private readonly CacheLines _room;
#pragma warning restore CS0169, IDE0051
}

/// <summary>Keeps what follows an object off its cache lines: two of them, for processors fetch them in pairs.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct CacheLines
{
}
