using System.Net.Sockets;
using System.Runtime.CompilerServices;
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

    /// <summary>Found ready with nobody to tell; empty outside <see cref="SelectAndQueue"/>.</summary>
    private readonly List<(FileWatch Watch, SelectorEvents Events)> _idle = [];

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

    internal override FileWatch? FindWatch(object file)
        => _selector.TryGetKey(file, out SelectorKey? key) ? (FileWatch)key.Data! : null;

    internal override FileWatch WatchOf(object file) => FindWatch(file) ?? new FileWatch(_selector, file);

    private protected override void SelectAndQueue(TimeSpan? timeout)
    {
        foreach (ReadyKey ready in _selector.Select(_wakeUp.Limit(timeout)))
        {
            var watch = Unsafe.As<FileWatch>(ready.Key.Data!);
            bool isIdle = false;
            if ((ready.Events & SelectorEvents.Read) != 0)
            {
                isIdle |= !QueueReady(watch.Reader);
            }

            if ((ready.Events & SelectorEvents.Write) != 0)
            {
                isIdle |= !QueueReady(watch.Writer);
            }

            if (isIdle)
            {
                // Not now: the selector's result must not change under this loop.
                _idle.Add((watch, ready.Events));
            }
        }

        if (_idle.Count > 0)
        {
            DropIdleInterests();
        }
    }

    private protected override void WaitOnly(TimeSpan? timeout) => _selector.Select(_wakeUp.Limit(timeout));

    private void DropIdleInterests()
    {
        foreach ((FileWatch watch, SelectorEvents events) in _idle)
        {
            watch.DropIdleInterest(events);
        }

        _idle.Clear();
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
        FileWatch watch = WatchOf(file);
        ThrowIfTaken(watch, file, side);
        var handler = new ReadinessHandler(callback);
        if (side == SelectorEvents.Read)
        {
            (watch.Reader as ReadinessHandler)?.Drop();
            watch.SetReader(handler);
        }
        else
        {
            (watch.Writer as ReadinessHandler)?.Drop();
            watch.SetWriter(handler);
        }
    }

    private bool Remove(object file, SelectorEvents side)
    {
        ArgumentNullException.ThrowIfNull(file);
        AssertLoopThread();
        if (IsClosed || FindWatch(file) is not { } watch || (side == SelectorEvents.Read ? watch.Reader : watch.Writer) is not ReadinessHandler handler)
        {
            return false;
        }

        handler.Drop();
        if (side == SelectorEvents.Read)
        {
            watch.ClearReader();
        }
        else
        {
            watch.ClearWriter();
        }

        return true;
    }

    /// <summary>A callback beside a transport, or in place of an operation that waits, would take what is meant for the other.</summary>
    private void ThrowIfTaken(FileWatch watch, object file, SelectorEvents side)
    {
        if (TransportOf(watch, file) is { } transport)
        {
            throw new InvalidOperationException(Messages.FileOfTransport(file, transport));
        }

        if ((side == SelectorEvents.Read ? watch.Reader : watch.Writer) is { } other and not ReadinessHandler)
        {
            throw new InvalidOperationException(Messages.FileOfOperation(file, other.Describe(), Name));
        }
    }
}
