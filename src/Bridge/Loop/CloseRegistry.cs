using Bridge.Executors;

namespace Bridge;

/// <summary>Undoes a registration with <see cref="CloseRegistry"/>.</summary>
internal readonly struct CloseRegistration : IDisposable
{
    private readonly CloseRegistry? _registry;
    private readonly LinkedListNode<Action>? _node;

    internal CloseRegistration(CloseRegistry registry, LinkedListNode<Action> node)
    {
        _registry = registry;
        _node = node;
    }

    public void Dispose() => _registry?.Remove(_node!);
}

/// <summary>What must happen when the loop closes, so that nobody outside waits for it for ever: bridges end, executors shut down.</summary>
internal sealed class CloseRegistry
{
    /// <summary>Guards the two fields below; actions run outside it. Any thread registers, the closing thread runs.</summary>
    private readonly Lock _lock = new();
    private readonly LinkedList<Action> _actions = new();
    private bool _closed;

    /// <summary>Registers an action; if the loop is closed already it runs now.</summary>
    internal CloseRegistration Add(Action action)
    {
        using (Interrupts.Hold(_lock))
        {
            if (!_closed)
            {
                return new CloseRegistration(this, _actions.AddLast(action));
            }
        }

        action();
        return default;
    }

    internal void Remove(LinkedListNode<Action> node)
    {
        using (Interrupts.Hold(_lock))
        {
            if (node.List is not null)
            {
                _actions.Remove(node);
            }
        }
    }

    /// <summary>What is registered. Any thread.</summary>
    internal Action[] Snapshot()
    {
        using (Interrupts.Hold(_lock))
        {
            return [.. _actions];
        }
    }

    /// <summary>Runs all actions, in order of registration; what one throws is handed to <paramref name="onError"/>.</summary>
    internal void Close(Action<Exception> onError)
    {
        Action[] actions;
        using (Interrupts.Hold(_lock))
        {
            _closed = true;
            actions = [.. _actions];
            _actions.Clear();
        }

        foreach (Action action in actions)
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                // One part that cannot close must not keep the others open.
                onError(exception);
            }
        }
    }
}
