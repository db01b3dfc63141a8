using Bridge.Executors;

namespace Bridge;

/// <content>
/// Those who wait at either end: joining the line, being served, leaving. A thread that is interrupted leaves all the same: what it was served would
/// stay lent for ever.
/// </content>
public sealed partial class BridgeQueue<T>
{
    /// <summary>Lines a wait up; if it need not wait, it is woken before this returns.</summary>
    internal void Join(QueueWait<T> wait)
    {
        QueueWait<T>? served;
        lock (_lock)
        {
            wait.Node = (wait.IsPut ? _putters : _takers).AddLast(wait);
            served = Serve();
        }

        QueueWait<T>.WakeAll(served);
    }

    /// <summary>Takes a wait out of the line. False: it was served or refused before, and is woken.</summary>
    internal bool TryWithdraw(QueueWait<T> wait)
    {
        using (Interrupts.Hold(_lock))
        {
            if (wait.State != QueueWaitState.Waiting)
            {
                return false;
            }

            wait.Node.List!.Remove(wait.Node);
            wait.State = QueueWaitState.Settled;
            return true;
        }
    }

    /// <summary>A wait that was served goes on: the item is its own now, or its item is put.</summary>
    /// <returns>False: it was refused, or the queue has ended since.</returns>
    internal bool TrySettle(QueueWait<T> wait)
    {
        QueueWait<T>? served = null;
        bool isDone;
        using (Interrupts.Hold(_lock))
        {
            isDone = wait.State == QueueWaitState.Served;
            if (isDone && wait.SettlesLater)
            {
                if (wait.IsPut)
                {
                    _lentRooms--;
                    isDone = !_isEnded;
                    if (isDone)
                    {
                        _items.Enqueue(wait.Item);
                    }
                }
                else
                {
                    _lentItems--;
                }

                served = Serve();
            }

            wait.State = QueueWaitState.Settled;
        }

        QueueWait<T>.WakeAll(served);
        return isDone;
    }

    /// <summary>A wait that was served does not go on after all: what it was served goes to the next. Nothing if it has settled or was refused.</summary>
    internal void Return(QueueWait<T> wait)
    {
        QueueWait<T>? served = null;
        using (Interrupts.Hold(_lock))
        {
            if (wait.State == QueueWaitState.Served)
            {
                if (wait.IsPut)
                {
                    _lentRooms--;
                }
                else
                {
                    _lentItems--;
                    _returned.Enqueue(wait.Item, wait.Turn);
                }

                served = Serve();
            }

            wait.State = QueueWaitState.Settled;
        }

        QueueWait<T>.WakeAll(served);
    }

    /// <summary>What a taker is told once the queue has ended.</summary>
    internal void ThrowEnded(bool isPut)
    {
        if (!isPut)
        {
            _failure?.Throw();
        }

        throw new QueueShutDownException(Messages.QueueCompleted(this), _failure?.SourceException);
    }

    /// <summary>Whether it ended by an exception. Known, and never changing, to whoever was refused.</summary>
    internal bool HasFailed => _failure is not null;

    /// <summary>The queue has ended by an exception: takers are told it.</summary>
    internal void ThrowIfFailed() => _failure?.Throw();

    /// <summary>Serves whoever can be served, and refuses whoever never will be. Under the lock.</summary>
    /// <returns>The waits to wake once the lock is free, linked.</returns>
    private QueueWait<T>? Serve()
    {
        var served = default(QueueWaitChain<T>);
        while (true)
        {
            if (Stored > 0 && _takers.First is { } taker)
            {
                Give(taker.Value);
                served.Add(End(taker, QueueWaitState.Served));
            }
            else if (!_isEnded && _putters.First is { } putter && HasRoom)
            {
                LetIn(putter.Value);
                served.Add(End(putter, QueueWaitState.Served));
            }
            else
            {
                break;
            }
        }

        if (_isEnded)
        {
            Refuse(_putters, ref served);

            // A lent item may still come back, and then somebody has to be there for it.
            if (Held == 0)
            {
                Refuse(_takers, ref served);
            }
        }

        return served.First;
    }

    private void Give(QueueWait<T> taker)
    {
        taker.Item = Pop(out long turn);
        taker.Turn = turn;
        if (taker.SettlesLater)
        {
            _lentItems++;
        }
    }

    private void LetIn(QueueWait<T> putter)
    {
        if (putter.SettlesLater)
        {
            _lentRooms++;
        }
        else
        {
            _items.Enqueue(putter.Item);
        }
    }

    private static void Refuse(LinkedList<QueueWait<T>> line, ref QueueWaitChain<T> refused)
    {
        while (line.First is { } node)
        {
            refused.Add(End(node, QueueWaitState.Refused));
        }
    }

    private static QueueWait<T> End(LinkedListNode<QueueWait<T>> node, QueueWaitState state)
    {
        node.List!.Remove(node);
        node.Value.State = state;
        return node.Value;
    }
}
