using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Selectors;

namespace Bridge;

/// <summary>The event loop over a selector: epoll, kqueue, poll or select, whichever is the best one here.</summary>
/// <remarks>
/// Constructing it opens the selector and its wakers, so that posts from other threads can end a wait. Dispose it, or use
/// <c>EventLoop.Run</c>, which does. Source: asyncio's <c>SelectorEventLoop</c>.
/// </remarks>
public sealed class SelectorEventLoop : EventLoop
{
    private readonly ISelector _selector;
    private readonly SelectorWakeUp _wakeUp;

    /// <summary>Makes a loop.</summary>
    /// <param name="selector">The selector, which the loop from now on owns and disposes. Null: <see cref="Selector.CreateDefault"/>.</param>
    /// <param name="options">Settings. Null: the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SelectorEventLoop(ISelector? selector = null, EventLoopOptions? options = null)
        : base(options)
    {
        _selector = selector ?? Selector.CreateDefault();
        try
        {
            _wakeUp = new SelectorWakeUp(_selector);
        }
        catch
        {
            _selector.Dispose();
            throw;
        }

        MarkOpen();
    }

    /// <summary>Which system call waits: <c>epoll</c>, <c>kqueue</c>, <c>poll</c> or <c>select</c>.</summary>
    public string SelectorName => _selector.Name;

    /// <inheritdoc />
    public override void AddReader(Socket socket, Action callback) => Add(socket, callback, SelectorEvents.Read);

    /// <inheritdoc />
    public override void AddReader(SafeHandle handle, Action callback) => Add(handle, callback, SelectorEvents.Read);

    /// <inheritdoc />
    public override void AddWriter(Socket socket, Action callback) => Add(socket, callback, SelectorEvents.Write);

    /// <inheritdoc />
    public override void AddWriter(SafeHandle handle, Action callback) => Add(handle, callback, SelectorEvents.Write);

    /// <inheritdoc />
    public override bool RemoveReader(Socket socket) => Remove(socket, SelectorEvents.Read);

    /// <inheritdoc />
    public override bool RemoveReader(SafeHandle handle) => Remove(handle, SelectorEvents.Read);

    /// <inheritdoc />
    public override bool RemoveWriter(Socket socket) => Remove(socket, SelectorEvents.Write);

    /// <inheritdoc />
    public override bool RemoveWriter(SafeHandle handle) => Remove(handle, SelectorEvents.Write);

    private protected override void SelectAndQueue(TimeSpan? timeout)
    {
        foreach (ReadyKey ready in _selector.Select(_wakeUp.Limit(timeout)))
        {
            var watch = (ReadinessWatch)ready.Key.Data!;
            if ((ready.Events & SelectorEvents.Read) != 0 && watch.Reader is { } reader)
            {
                QueueReady(reader);
            }

            if ((ready.Events & SelectorEvents.Write) != 0 && watch.Writer is { } writer)
            {
                QueueReady(writer);
            }
        }
    }

    private protected override void WakeSelector() => _wakeUp.Wake();

    private protected override void AfterWait()
    {
        if (_wakeUp.ResetAndHeal() is { } failure)
        {
            CallExceptionHandler(new LoopErrorContext(
                $"A wake-up of event loop '{Name}' failed; no post was lost, and its waker is rebuilt", failure));
        }
    }

    private protected override void CloseResources()
    {
        _wakeUp.Dispose();
        _selector.Dispose();
    }

    private void Add(object file, Action callback, SelectorEvents side)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(callback);
        AssertCanSchedule();
        var handler = new ReadinessHandler(callback);
        if (!_selector.TryGetKey(file, out SelectorKey? key))
        {
            var watch = new ReadinessWatch();
            Put(watch, side, handler);
            _ = file is Socket socket ? _selector.Register(socket, side, watch) : _selector.Register((SafeHandle)file, side, watch);
            return;
        }

        var existing = (ReadinessWatch)key.Data!;
        Take(existing, side)?.Drop();
        Put(existing, side, handler);
        if ((key.Events & side) == 0)
        {
            _selector.Modify(key, key.Events | side, existing);
        }
    }

    private bool Remove(object file, SelectorEvents side)
    {
        ArgumentNullException.ThrowIfNull(file);
        AssertLoopThread();
        if (IsClosed || !_selector.TryGetKey(file, out SelectorKey? key) || Take((ReadinessWatch)key.Data!, side) is not { } handler)
        {
            return false;
        }

        handler.Drop();
        SelectorEvents left = key.Events & ~side;
        if (left == SelectorEvents.None)
        {
            _selector.Unregister(key);
        }
        else
        {
            _selector.Modify(key, left, key.Data);
        }

        return true;
    }

    private static void Put(ReadinessWatch watch, SelectorEvents side, ReadinessHandler handler)
    {
        if (side == SelectorEvents.Read)
        {
            watch.Reader = handler;
        }
        else
        {
            watch.Writer = handler;
        }
    }

    private static ReadinessHandler? Take(ReadinessWatch watch, SelectorEvents side)
    {
        ReadinessHandler? handler;
        if (side == SelectorEvents.Read)
        {
            (handler, watch.Reader) = (watch.Reader, null);
        }
        else
        {
            (handler, watch.Writer) = (watch.Writer, null);
        }

        return handler;
    }
}
