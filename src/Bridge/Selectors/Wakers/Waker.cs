using Bridge.Selectors.Native;

namespace Bridge.Selectors;

/// <summary>The waker of every backend: which channel is current, and how it is replaced while other threads wake.</summary>
/// <remarks>
/// Rebuild and Dispose change <c>_channel</c> first and close the old channel after that. So a thread that finds its channel closed
/// sees the new value when it looks again. A write in flight holds a reference to its descriptor (SafeHandle), so the number
/// cannot be closed, and given to a stranger, under it.
/// </remarks>
internal sealed class Waker : IWaker
{
    private readonly Selector _selector;
    private readonly WakerKind _kind;

    // Written by the loop thread (constructor, Rebuild, Dispose), read by any thread. Volatile: publishes a complete channel,
    // and pairs with the second look in Wake. Null once disposed.
    private volatile WakeChannel? _channel;

    // Loop thread only.
    private SelectorKey _key;
    private bool _signaled;

    // A Select has ended because the channel is broken, or the loop is just looking after one; the next need not end for it.
    private bool _breakIsTold;

    internal Waker(Selector selector, WakerKind kind, bool needsDrain)
    {
        _selector = selector;
        _kind = kind;
        NeedsDrain = needsDrain;
        (_channel, _key) = Open();
    }

    /// <summary>False where the selector watches for edges, so that a wake-up need not be read.</summary>
    internal bool NeedsDrain { get; }

    public bool IsHealthy => _channel is { IsBroken: false };

    public void Wake()
    {
        while (_channel is { } channel)
        {
            var error = channel.Signal();
            if (error == 0)
            {
                return;
            }

            if (!ReferenceEquals(_channel, channel))
            {
                // Rebuilt or disposed meanwhile: look again. Rebuild itself wakes too, this only keeps the failure from the caller.
                continue;
            }

            // The numbers are given up now, before a stranger gets them.
            channel.MarkBroken();
            channel.AbandonDead();
            throw new SelectorException(channel.SignalCall, error == WakeChannel.Closed ? Errno.EBADF : error,
                "the waker is dead and woke nobody; the loop thread has to Rebuild it.");
        }
    }

    public void Reset()
    {
        if (!_signaled)
        {
            return;
        }

        _signaled = false;
        if (NeedsDrain && _channel is { } channel && !channel.Drain())
        {
            _selector.SilenceWaker(_key);
        }
    }

    public void Rebuild()
    {
        var old = _channel;
        ObjectDisposedException.ThrowIf(old is null, typeof(IWaker));

        // Before new descriptors are opened: they may get the very numbers that were closed behind our back.
        old.AbandonDead();
        var oldKey = _key;
        (_channel, _key) = Open();
        _selector.DetachWaker(oldKey);
        old.Dispose();
        _signaled = false;
        _breakIsTold = false;

        // Whoever wrote to the old channel, or failed to, believes that the loop will look.
        Wake();
    }

    public void Dispose()
    {
        if (_channel is { } channel)
        {
            _channel = null;
            channel.AbandonDead();
            _selector.RemoveWaker(this, _key);
            channel.Dispose();
        }
    }

    /// <summary>Select saw the waker's descriptor. Loop thread.</summary>
    internal void NoteSignal() => _signaled = true;

    /// <summary>Select or Reset found the waker's descriptor dead. Loop thread.</summary>
    internal void MarkBroken()
    {
        _channel?.MarkBroken();
        _breakIsTold = true;
    }

    /// <summary>Whether the waker is broken and no Select has ended for that yet; yes once. Loop thread.</summary>
    internal bool TakeBreak()
    {
        var isNew = !_breakIsTold && !IsHealthy;
        _breakIsTold |= isNew;
        return isNew;
    }

    /// <summary>An open file of the user has this number: if it was the waker's, somebody closed it behind our back. Loop thread.</summary>
    internal void GiveUp(nint descriptor)
    {
        if (_channel is { } channel && channel.GiveUp(descriptor))
        {
            channel.MarkBroken();
        }
    }

    private (WakeChannel Channel, SelectorKey Key) Open()
    {
        WakeChannel channel = _kind switch
        {
            WakerKind.EventFd => EventFdChannel.Open(),
            WakerKind.Pipe => PipeChannel.Open(),
            _ => SocketPairChannel.Open(),
        };
        try
        {
            return (channel, _selector.AttachWaker(this, channel));
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }
}
