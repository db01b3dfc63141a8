namespace Bridge;

/// <summary>The tasks of a loop that are not done: what keeps them alive, and what lists them.</summary>
/// <remarks>
/// Only the loop thread writes. Other threads may read at any time, without a lock: they see each slot as it was at some moment,
/// and tasks tell by themselves whether they are done. Growing copies into a larger array and then publishes it.
/// </remarks>
internal sealed class TaskRegistry
{
    /// <summary>Written by the loop thread, slot by slot and, when it grows, as a whole (volatile); read by any thread.</summary>
    private LoopTask?[] _tasks = new LoopTask?[16];

    /// <summary>Free slots below <see cref="_used"/>, as a stack. Loop thread.</summary>
    private int[] _free = new int[16];
    private int _freeCount;
    private int _used;

    internal void Add(LoopTask task)
    {
        int index;
        if (_freeCount > 0)
        {
            index = _free[--_freeCount];
        }
        else
        {
            index = _used++;
            if (index == _tasks.Length)
            {
                Grow();
            }
        }

        _tasks[index] = task;
        task.RegistryIndex = index;
    }

    internal void Remove(LoopTask task)
    {
        int index = task.RegistryIndex;
        if (index < 0)
        {
            return;
        }

        task.RegistryIndex = -1;
        _tasks[index] = null;
        _free[_freeCount++] = index;
    }

    /// <summary>Any thread.</summary>
    internal List<LoopTask> Snapshot()
    {
        var found = new List<LoopTask>();
        foreach (LoopTask? task in Volatile.Read(ref _tasks))
        {
            if (task is { IsDone: false })
            {
                found.Add(task);
            }
        }

        return found;
    }

    private void Grow()
    {
        // Slots are freed at most once each, so the stack of free ones never needs more room than there are slots.
        Array.Resize(ref _free, _tasks.Length * 2);
        var larger = new LoopTask?[_tasks.Length * 2];
        _tasks.CopyTo(larger, 0);
        Volatile.Write(ref _tasks, larger);
    }
}
