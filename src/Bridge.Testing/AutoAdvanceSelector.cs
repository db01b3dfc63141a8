using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Selectors;

namespace Bridge.Testing;

/// <summary>A selector that does not wait for time: where the loop would sleep and nobody works for it, it moves the clock to the next timer.</summary>
/// <remarks>
/// It sees every sleep, and the loop tells it that nothing is ready and nothing posted by asking to sleep at all. A post that comes in between notes its
/// wake-up here first. What is left to find out is who works for the loop elsewhere; as long as somebody does, it waits for real.
/// </remarks>
internal sealed class AutoAdvanceSelector : ISelector
{
    private readonly ISelector _inner;
    private readonly VirtualClock _clock;
    private readonly VirtualTimeOptions _options;

    /// <summary>1 after a wake-up, until a wait was ended for it: a look may have swallowed its edge. Any thread sets it, the loop thread takes it.</summary>
    private int _woken;

    /// <summary>The id of the loop thread while it moves the clock, else 0: what it posts to itself then need not wake it. Written by it; others only see that it is not theirs.</summary>
    private int _movingThread;

    /// <summary>The loop's waker, to wake it when a hold ends.</summary>
    private NotingWaker? _waker;

    private long _runStarted = Stopwatch.GetTimestamp();
    private long? _waitStarted;

    internal AutoAdvanceSelector(ISelector inner, VirtualClock clock, VirtualTimeOptions options)
    {
        _inner = inner;
        _clock = clock;
        _options = options;
        _clock.Released += OnReleased;
    }

    /// <summary>The loop that uses this selector; set right after it was made.</summary>
    internal EventLoop? Loop { get; set; }

    public string Name => _inner.Name;

    public IReadOnlyCollection<SelectorKey> Keys => _inner.Keys;

    private int ExecutorCalls => Loop?.ExecutorCallCount ?? 0;

    private bool HasFiles => _inner.Keys.Count > 0;

    private bool MayAdvance => ExecutorCalls == 0 && !_clock.IsHeld && (_options.AdvancesDuringIO || !HasFiles);

    public SelectorKey Register(Socket socket, SelectorEvents events, object? data = null) => _inner.Register(socket, events, data);

    public SelectorKey Register(SafeHandle handle, SelectorEvents events, object? data = null) => _inner.Register(handle, events, data);

    public SelectorKey Modify(SelectorKey key, SelectorEvents events, object? data) => _inner.Modify(key, events, data);

    public void Unregister(SelectorKey key) => _inner.Unregister(key);

    public bool TryGetKey(object fileObject, [NotNullWhen(true)] out SelectorKey? key) => _inner.TryGetKey(fileObject, out key);

    public IWaker CreateWaker()
    {
        var waker = new NotingWaker(_inner.CreateWaker(), this);
        _waker ??= waker;
        return waker;
    }

    public ReadOnlySpan<ReadyKey> Select(TimeSpan? timeout)
    {
        TimeSpan left = LeftOfRun();
        if (timeout == TimeSpan.Zero)
        {
            _waitStarted = null;
            return _inner.Select(timeout);
        }

        ReadOnlySpan<ReadyKey> ready = HasFiles || _options.QuietTime > TimeSpan.Zero ? _inner.Select(_options.QuietTime) : default;

        // First whether anybody works for the loop, then whether they woke it: who posts and then releases a hold is not missed in between.
        bool mayAdvance = MayAdvance;
        if (!ready.IsEmpty || TakeWakeUp() || (mayAdvance && TryAdvance()))
        {
            _waitStarted = null;
            return ready;
        }

        return WaitForOthers(timeout, left);
    }

    public void Dispose()
    {
        _clock.Released -= OnReleased;
        _inner.Dispose();
    }

    /// <summary>Gives the coming run its full time.</summary>
    internal void StartRun()
    {
        _runStarted = Stopwatch.GetTimestamp();
        _waitStarted = null;
    }

    private bool TryAdvance()
    {
        Volatile.Write(ref _movingThread, Environment.CurrentManagedThreadId);
        try
        {
            return _clock.TryMoveToNextTimer();
        }
        finally
        {
            Volatile.Write(ref _movingThread, 0);

            // Ours or not: the wait ends anyway, and then the loop takes what was posted.
            TakeWakeUp();
        }
    }

    /// <summary>Nothing can be done here: sleeps for real, as long as the limits allow.</summary>
    private ReadOnlySpan<ReadyKey> WaitForOthers(TimeSpan? timeout, TimeSpan left)
    {
        _waitStarted ??= Stopwatch.GetTimestamp();
        bool isAlone = ExecutorCalls == 0 && !_clock.IsHeld && !HasFiles;
        if (isAlone && LeftOf(_options.StuckAfter, _waitStarted.Value) is var patience && patience < left)
        {
            left = patience;
            if (left <= TimeSpan.Zero)
            {
                throw StuckReport.NobodyIsLeft(Loop, _clock, _options);
            }
        }

        ReadOnlySpan<ReadyKey> ready = _inner.Select(timeout is null && left == TimeSpan.MaxValue ? null : timeout < left ? timeout : left);
        if (!ready.IsEmpty || TakeWakeUp())
        {
            _waitStarted = null;
        }

        return ready;
    }

    private TimeSpan LeftOfRun()
    {
        TimeSpan left = LeftOf(_options.RealTimeLimit, _runStarted);
        return left > TimeSpan.Zero ? left : throw StuckReport.TookTooLong(Loop, _clock, _options, _inner.Keys);
    }

    private static TimeSpan LeftOf(TimeSpan limit, long started)
        => limit == Timeout.InfiniteTimeSpan || Debugger.IsAttached ? TimeSpan.MaxValue : limit - Stopwatch.GetElapsedTime(started);

    private bool TakeWakeUp() => Interlocked.Exchange(ref _woken, 0) != 0;

    private void OnReleased() => _waker?.Wake();

    private sealed class NotingWaker(IWaker waker, AutoAdvanceSelector owner) : IWaker
    {
        public bool IsHealthy => waker.IsHealthy;

        public void Wake()
        {
            Volatile.Write(ref owner._woken, 1);
            if (Volatile.Read(ref owner._movingThread) != Environment.CurrentManagedThreadId)
            {
                waker.Wake();
            }
        }

        public void Reset() => waker.Reset();

        public void Rebuild() => waker.Rebuild();

        public void Dispose() => waker.Dispose();
    }
}
