using System.Runtime.ExceptionServices;
using Bridge.Executors;

namespace Bridge;

/// <summary>Items that any thread puts in and one reader on the loop takes out: in order, one post per wait of the reader.</summary>
/// <remarks>
/// Under the lock: items, end, whether the reader waits for a post, and the tokens' registrations. Reader, tokens and current item are the loop
/// thread's. Who puts in never waits for the reader: the lock is held for a few instructions, and never while other code runs.
/// </remarks>
internal sealed class ForeignItems<T> : LoopWork, IOperation<bool>
{
    private readonly EventLoop _loop;
    private readonly Lock _lock = new();
    private readonly BoundedQueue<T> _items;
    private bool _hasEnded;
    private Exception? _failure;

    /// <summary>The reader found nothing and has a post coming to it: set by the reader, taken by whoever posts.</summary>
    private bool _wantsPost;

    private LoopFuture<NoResult>? _reader;
    private readonly CancellationToken _callToken;
    private CancellationToken _enumerationToken;

    /// <summary>Null once nothing is watched any more.</summary>
    private List<CancellationTokenRegistration>? _registrations = [];

    /// <summary>Throws for a negative bound, zero being none, and an unknown policy.</summary>
    internal ForeignItems(EventLoop loop, int bound, WhenFull full, CancellationToken token)
    {
        _loop = loop;
        _items = new BoundedQueue<T>(bound, full);
        _callToken = token;
        Watch(token);
    }

    /// <summary>What the last move gave. Loop thread.</summary>
    internal T Current { get; private set; } = default!;

    /// <summary>Called on the loop thread with each item that is taken. Set before the first move.</summary>
    internal Action<T>? Taken { get; init; }

    /// <summary>Any thread.</summary>
    internal long Dropped
    {
        get
        {
            lock (_lock)
            {
                return _items.Dropped;
            }
        }
    }

    /// <summary>How many wait to be read. Any thread.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _items.Count;
            }
        }
    }

    /// <summary>Puts an item in, or does what the policy says; nothing after the end. Any thread, also one that is being interrupted.</summary>
    internal void Add(T item)
    {
        using (Interrupts.Hold(_lock))
        {
            if (_hasEnded)
            {
                return;
            }

            if (!_items.TryAdd(item))
            {
                _items.Dropped++;
                _hasEnded = true;
                _failure = new QueueFullException(Messages.StreamOverflow(_items.Bound));
            }

            if (!_wantsPost)
            {
                return;
            }

            _wantsPost = false;
        }

        // Refused by a closed loop, whose reader never goes on.
        _loop.TryPost(this, null, null);
    }

    /// <summary>Nothing more comes; what is there is still given. Any thread; the first end counts.</summary>
    internal void End(Exception? failure)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            _failure = failure;
            if (!_wantsPost)
            {
                return;
            }

            _wantsPost = false;
        }

        _loop.TryPost(this, null, null);
    }

    /// <summary>Takes what nobody has read. Any thread.</summary>
    internal List<T> TakeRest()
    {
        lock (_lock)
        {
            return _items.TakeAll();
        }
    }

    /// <summary>One more token that ends the reader's waits. Loop thread.</summary>
    internal void WatchAlso(CancellationToken token)
    {
        _enumerationToken = token;
        Watch(token);
    }

    /// <summary>The reader is through: no token can reach it any more. Any thread.</summary>
    internal void Unwatch()
    {
        lock (_lock)
        {
            _registrations?.ForEach(static registration => registration.Unregister());
            _registrations = null;
        }
    }

    public bool TryComplete(out bool result)
    {
        _loop.AssertLoopThread();
        return TryMove(out result);
    }

    public Coroutine<bool> Start() => Wait();

    /// <summary>Items came, the end, or a token fired.</summary>
    internal override void Run() => _reader?.TrySetResult(default);

    private async Coroutine<bool> Wait()
    {
        bool moved;
        while (!TryMove(out moved))
        {
            _reader = _loop.CreateFuture<NoResult>();
            try
            {
                await _reader;
            }
            finally
            {
                // Cancelled: the post that may come finds nobody, and the items stay.
                _reader = null;
            }
        }

        return moved;
    }

    /// <summary>True: there is an answer, an item or the end. False: the reader will be told.</summary>
    private bool TryMove(out bool moved)
    {
        if (_reader is not null)
        {
            throw new InvalidOperationException(Messages.StreamReadTwice);
        }

        _callToken.ThrowIfCancellationRequested();
        _enumerationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            moved = _items.TryTake(out T? item);
            Current = item!;
            if (!moved)
            {
                if (!_hasEnded)
                {
                    _wantsPost = true;
                    return false;
                }

                if (_failure is not null)
                {
                    ExceptionDispatchInfo.Throw(_failure);
                }
            }
        }

        if (moved)
        {
            Taken?.Invoke(Current);
        }

        return true;
    }

    private void Watch(CancellationToken token)
    {
        if (!token.CanBeCanceled)
        {
            return;
        }

        // Not under the lock: a token that has fired calls back at once.
        CancellationTokenRegistration registration = token.UnsafeRegister(static self => ((ForeignItems<T>)self!).WakeReader(), this);
        lock (_lock)
        {
            if (_registrations is not null)
            {
                _registrations.Add(registration);
                return;
            }
        }

        registration.Unregister();
    }

    /// <summary>On whatever thread cancelled the token; the reader looks at it itself.</summary>
    private void WakeReader()
    {
        lock (_lock)
        {
            _wantsPost = false;
        }

        _loop.TryPost(this, null, null);
    }
}
