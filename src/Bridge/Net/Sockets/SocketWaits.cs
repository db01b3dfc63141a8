namespace Bridge.Net;

/// <summary>A loop's transfers: those that wait, and those that are free to use again. Loop thread.</summary>
/// <remarks>
/// A descriptor that its owner closes vanishes from epoll without a word. So as long as transfers wait, the loop looks four times a second
/// whether their sockets are still open, and ends those whose are not. With ten thousand of them a look takes some 50 us.
/// </remarks>
internal sealed class SocketWaits
{
    private const int MaxFree = 256;

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(250);

    private PendingTransfer[] _waiting = new PendingTransfer[4];
    private int _count;
    private PendingTransfer? _free;
    private int _freeCount;
    private bool _looks;

    internal SocketWaits(EventLoop loop) => Loop = loop;

    internal EventLoop Loop { get; }

    internal PendingTransfer Rent(in SocketTransfer transfer)
    {
        PendingTransfer pending = _free ?? new PendingTransfer(this);
        if (_free is not null)
        {
            _free = pending.Next;
            pending.Next = null;
            _freeCount--;
        }

        pending.Prepare(transfer);
        return pending;
    }

    internal void Return(PendingTransfer pending)
    {
        if (_freeCount < MaxFree)
        {
            pending.Next = _free;
            _free = pending;
            _freeCount++;
        }
    }

    internal void Add(PendingTransfer pending)
    {
        if (_count == _waiting.Length)
        {
            Array.Resize(ref _waiting, _count * 2);
        }

        pending.Index = _count;
        _waiting[_count++] = pending;
        if (!_looks)
        {
            _looks = true;
            LookLater();
        }
    }

    internal void Remove(PendingTransfer pending)
    {
        PendingTransfer last = _waiting[--_count];
        _waiting[pending.Index] = last;
        last.Index = pending.Index;
        _waiting[_count] = null!;
    }

    private void LookLater() => Loop.CallLater(s_lookEvery, static waits => ((SocketWaits)waits!).Look(), this, AmbientContext.Default);

    private void Look()
    {
        // From the end, for one that ends is replaced by the last.
        for (int i = _count - 1; i >= 0; i--)
        {
            if (i < _count)
            {
                _waiting[i].EndIfClosed();
            }
        }

        _looks = _count > 0;
        if (_looks)
        {
            LookLater();
        }
    }
}
