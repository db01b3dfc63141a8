using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>A transfer that waits until its socket is ready. The loop keeps some to use again, so waiting allocates nothing.</summary>
/// <remarks>
/// <para>
/// Those that wait for the same side of a socket form a list, first come, first served; its head is the watch's handler. When the socket is
/// ready the transfer goes on, and once it is over the waiting task takes its next step in the same callback: nothing can come between
/// the data and the task, so a cancellation loses no data.
/// </para>
/// <para>Loop thread.</para>
/// </remarks>
internal sealed class PendingTransfer : LoopWork
{
    private readonly SocketWaits _waits;
    private SocketTransfer _transfer;
    private int _done;
    private Exception? _failure;
    private FileWatch? _watch;
    private LoopWork? _waiter;

    internal PendingTransfer(SocketWaits waits) => _waits = waits;

    /// <summary>The one behind it in its list: of those that wait for the same side of a socket, or of those that are free.</summary>
    internal PendingTransfer? Next { get; set; }

    /// <summary>Where it is in <see cref="SocketWaits"/>' table.</summary>
    internal int Index { get; set; }

    private bool IsRead => _transfer.Kind is TransferKind.Receive or TransferKind.WaitToRead;

    internal void Prepare(in SocketTransfer transfer)
    {
        _transfer = transfer;
        _done = 0;
    }

    /// <summary>Does what can be done without waiting. True: it is over.</summary>
    internal bool TryNow() => !_transfer.MustWait() && _transfer.TryStep(ref _done, ref _failure);

    /// <summary>Code that is no coroutine awaits it: an <c>async Task</c> method.</summary>
    internal void Add(Action continuation, ExecutionContext? context)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        WakeWhenDone(new Continuation(continuation, context), _waits.Loop);
    }

    internal override string Describe() => _transfer.Kind switch
    {
        TransferKind.Receive => "a SockReceive",
        TransferKind.SendAll => "a SockSendAll",
        _ => "a socket operation",
    };

    /// <summary>A task waits for it, and its step has unwound: from now on the socket is watched.</summary>
    internal override void WakeWhenDone(LoopWork waiter, EventLoop loop)
    {
        _waiter = waiter;
        try
        {
            Enlist(loop);
        }
        catch (Exception exception)
        {
            // Refused by the system, or taken by somebody else: the await throws it.
            End(exception);
        }
    }

    /// <summary>The socket may be ready.</summary>
    internal override void Run()
    {
        if (_waiter is not { } waiter || !_transfer.TryStep(ref _done, ref _failure))
        {
            return;
        }

        _watch!.IsDrained = IsRead && _transfer.HasDrained(_done);
        Leave();
        _waits.Loop.SwitchContext(waiter.RunContext);
        waiter.Run();
    }

    internal override bool CancelWait(string? message)
    {
        if (_watch is null)
        {
            return false;
        }

        End(new LoopCanceledException(message));
        return true;
    }

    /// <summary>Ends the wait of a transfer whose socket was closed.</summary>
    internal void EndIfClosed()
    {
        if (_transfer.File.Handle.IsClosed)
        {
            End(new SocketException((int)SocketError.OperationAborted, Messages.ClosedWhileWaiting(Describe())));
        }
    }

    /// <summary>The count; throws what the transfer failed with. From then on it is free to be used again.</summary>
    internal int TakeResult()
    {
        (int done, Exception? failure) = (_done, _failure);
        _transfer = default;
        _failure = null;
        _waits.Return(this);
        _waits.Loop.ThrowIntoStepIfAsked(null);
        return failure is null ? done : throw failure;
    }

    /// <summary>Ends the wait with a failure; the task hears of it in its next step.</summary>
    private void End(Exception failure)
    {
        LoopWork waiter = _waiter!;
        _failure = failure;
        Leave();
        _waits.Loop.EnqueueHere(waiter, waiter.RunContext);
    }

    private void Enlist(EventLoop loop)
    {
        FileWatch watch = loop.WatchOf(_transfer.File.Watched);
        if (loop.TransportOf(watch, _transfer.File.Watched) is { } transport)
        {
            throw new InvalidOperationException(Messages.FileOfTransport(_transfer.File.Watched, transport));
        }

        switch (IsRead ? watch.Reader : watch.Writer)
        {
            case null:
                Head(watch, this);
                break;
            case PendingTransfer first:
                while (first.Next is { } next)
                {
                    first = next;
                }

                first.Next = this;
                break;
            default:
                throw new InvalidOperationException(Messages.SocketHasCallback(_transfer.File.Watched, IsRead));
        }

        _watch = watch;
        _waits.Add(this);
    }

    private void Leave()
    {
        _waiter = null;
        if (_watch is not { } watch)
        {
            return;
        }

        _watch = null;
        _waits.Remove(this);
        var head = (PendingTransfer)(IsRead ? watch.Reader : watch.Writer)!;
        if (ReferenceEquals(head, this))
        {
            Head(watch, Next);
        }
        else
        {
            while (!ReferenceEquals(head.Next, this))
            {
                head = head.Next!;
            }

            head.Next = Next;
        }

        Next = null;
    }

    private void Head(FileWatch watch, PendingTransfer? head)
    {
        if (IsRead)
        {
            if (head is null)
            {
                watch.RestReader();
            }
            else
            {
                watch.SetReader(head);
            }
        }
        else if (head is null)
        {
            watch.ClearWriter();
        }
        else
        {
            watch.SetWriter(head);
        }
    }
}
