using Bridge.Executors;

namespace Bridge;

/// <summary>How a wait at a <see cref="BridgeQueue{T}"/> stands.</summary>
internal enum QueueWaitState : byte
{
    /// <summary>In the line.</summary>
    Waiting,

    /// <summary>It has got its item, or its place; it is woken, and has not gone on yet.</summary>
    Served,

    /// <summary>The queue has ended: it will get nothing.</summary>
    Refused,

    /// <summary>It has gone on, or given up.</summary>
    Settled,
}

/// <summary>One that waits at an end of a <see cref="BridgeQueue{T}"/>: a thread, a .NET task, or code on a loop.</summary>
/// <remarks>The queue's lock guards every field. The item of a served wait belongs to whoever was woken.</remarks>
internal abstract class QueueWait<T>
{
    private protected QueueWait(bool isPut, T item)
    {
        IsPut = isPut;
        Item = item;
    }

    /// <summary>At which end it waits.</summary>
    internal bool IsPut { get; }

    /// <summary>What is to be put, or was taken.</summary>
    internal T Item { get; set; }

    /// <summary>The place of a taken item among all, should it come back.</summary>
    internal long Turn { get; set; }

    internal QueueWaitState State { get; set; }

    internal LinkedListNode<QueueWait<T>> Node { get; set; } = null!;

    internal QueueWait<T>? Next { get; set; }

    /// <summary>Whether there is a time between being served and going on, in which it may still be cancelled.</summary>
    internal abstract bool SettlesLater { get; }

    internal static void WakeAll(QueueWait<T>? first)
    {
        while (first is not null)
        {
            QueueWait<T>? next = first.Next;
            first.Next = null;
            first.Wake();
            first = next;
        }
    }

    /// <summary>Has the waiter go on. Any thread, no lock held; runs nobody's code.</summary>
    private protected abstract void Wake();
}

/// <summary>Waits to be woken, in the order they were served.</summary>
internal struct QueueWaitChain<T>
{
    private QueueWait<T>? _last;

    internal QueueWait<T>? First { get; private set; }

    internal void Add(QueueWait<T> wait)
    {
        if (_last is null)
        {
            First = wait;
        }
        else
        {
            _last.Next = wait;
        }

        _last = wait;
    }
}

/// <summary>A thread that blocks.</summary>
#pragma warning disable CA1001 // Without its wait handle, which nobody asks for, the event holds nothing but memory; and it may be set after the thread has left.
internal sealed class ThreadQueueWait<T>(bool isPut, T item) : QueueWait<T>(isPut, item)
{
    private readonly ManualResetEventSlim _isWoken = new();

    internal override bool SettlesLater => true;

    /// <summary>False: the time is over.</summary>
    internal bool Block(TimeSpan timeout, CancellationToken token) => _isWoken.Wait(timeout, token);

    // An interrupt of the thread that wakes must not leave those behind this one asleep.
    private protected override void Wake() => Interrupts.Set(_isWoken);
}
#pragma warning restore CA1001

/// <summary>A .NET task outside of loops. What it was served is its own at once: nothing can cancel it any more.</summary>
internal sealed class TaskQueueWait<T>(bool isPut, T item) : QueueWait<T>(isPut, item)
{
    private readonly TaskCompletionSource _isWoken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal override bool SettlesLater => false;

    internal Task Woken => _isWoken.Task;

    internal void Cancel(CancellationToken token) => _isWoken.TrySetCanceled(token);

    private protected override void Wake() => _isWoken.TrySetResult();
}
