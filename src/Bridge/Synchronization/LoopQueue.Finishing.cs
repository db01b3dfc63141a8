namespace Bridge;

/// <content>TaskDone, Join, Shutdown.</content>
public partial class LoopQueue<T>
{
    /// <summary>Says that one item that was got has been dealt with.</summary>
    /// <exception cref="InvalidOperationException">It was called for every item already, or the call comes from another loop or thread than the queue's.</exception>
    /// <remarks>Source: <c>Queue.task_done</c>.</remarks>
    public void TaskDone()
    {
        _binding.Check(this);
        if (_unfinished == 0)
        {
            throw new InvalidOperationException(Messages.TaskDoneTooOften(this));
        }

        Finish(1);
    }

    /// <summary>Waits until <see cref="TaskDone"/> was called for every item that was put; goes on at once if none was.</summary>
    /// <returns>Await it.</returns>
    /// <exception cref="InvalidOperationException">On await: no loop is running in this thread, or the queue belongs to another loop.</exception>
    /// <remarks>Source: <c>Queue.join</c>.</remarks>
    public LoopOperation Join() => _finished.Wait();

    /// <summary>Ends the queue: nothing can be put any more; getting goes on until it is empty. Tasks that wait for what will never be get a <see cref="QueueShutDownException"/>.</summary>
    /// <param name="immediate">Drops the items that are left; they count as dealt with, which may let <see cref="Join"/> go on.</param>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the queue's.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed and something waits.</exception>
    /// <remarks>May be called again, also to drop what the first call left. Source: <c>Queue.shutdown</c>.</remarks>
    public void Shutdown(bool immediate = false)
    {
        _binding.Check(this);
        IsShutDown = true;
        if (immediate)
        {
            int dropped = Count;
            _store.Clear();
            Finish(Math.Min(dropped, _unfinished));
        }

        _getters.WakeAll();
        _putters.WakeAll();
    }

    private void Finish(int items)
    {
        _unfinished -= items;
        if (_unfinished == 0)
        {
            _finished.Set();
        }
    }
}
