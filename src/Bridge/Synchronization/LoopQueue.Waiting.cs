namespace Bridge;

/// <content>Getting and putting that may have to wait.</content>
public partial class LoopQueue<T>
{
    bool IOperation<T>.TryComplete(out T result)
    {
        _binding.CheckAwait(this);
        return TryGetAsNewcomer(out result);
    }

    Coroutine<T> IOperation<T>.Start() => GetInTurn();

    internal bool TryPutAsNewcomer(T item)
    {
        _binding.CheckAwait(this);
        ThrowIfShutDown();
        if (Room <= _putters.Woken)
        {
            return false;
        }

        Add(item);
        return true;
    }

    internal async Coroutine PutInTurn(T item)
    {
        EventLoop loop = RunningLoop.Required;
        if (TryPutAsNewcomer(item))
        {
            return;
        }

        _binding.Bind(this);
        long ticket = _putters.TakeTicket();
        do
        {
            Waiter waiter = _putters.Join(loop, ticket);
            bool isMine = false;
            try
            {
                await waiter;
                isMine = true;
            }
            finally
            {
                _putters.Remove(waiter);
                if (!isMine)
                {
                    // Cancelled, perhaps after room was left for this task.
                    WakePutters();
                }
            }
        }
        while (!TryPutNow(item));
    }

    private bool TryPutNow(T item)
    {
        ThrowIfShutDown();
        return TryPut(item);
    }

    private async Coroutine<T> GetInTurn()
    {
        EventLoop loop = RunningLoop.Required;
        _binding.CheckAwait(this);
        if (TryGetAsNewcomer(out T item))
        {
            return item;
        }

        _binding.Bind(this);
        long ticket = _getters.TakeTicket();
        do
        {
            Waiter waiter = _getters.Join(loop, ticket);
            bool isMine = false;
            try
            {
                await waiter;
                isMine = true;
            }
            finally
            {
                _getters.Remove(waiter);
                if (!isMine)
                {
                    // Cancelled, perhaps after an item was left for this task.
                    WakeGetters();
                }
            }
        }
        while (!TryGetNow(out item));

        return item;
    }

    /// <summary>Woken for an item, which somebody may have taken without waiting.</summary>
    private bool TryGetNow(out T item)
    {
        if (TryGet(out item!))
        {
            return true;
        }

        ThrowIfShutDown();
        return false;
    }

    private bool TryGetAsNewcomer(out T item)
    {
        // Once it is shut down, nobody may wait any more: then even an item that another task was woken for is better taken than left.
        if (Count > (IsShutDown ? 0 : _getters.Woken))
        {
            item = Take();
            return true;
        }

        ThrowIfShutDown();
        item = default!;
        return false;
    }
}
