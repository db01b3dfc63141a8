using System.Diagnostics;
using Bridge.Executors;

namespace Bridge;

/// <summary>The one thread of the process that looks at watched loops from outside. It is there while a loop is watched.</summary>
/// <remarks>It keeps no loop alive and captures no ambient context. The loops do nothing for it: it reads what they write for themselves.</remarks>
internal static class Watchdog
{
    /// <summary>Guards the fields below; the thread waits on it. Loops are looked at, and handlers called, outside it.</summary>
    private static readonly object s_gate = new();
    private static readonly List<WatchedLoop> s_watched = [];
    private static Thread? s_thread;

    /// <summary>The list was changed since the thread took it: it must not sleep by the intervals of the former one.</summary>
    private static bool s_changed;

    /// <summary>Any thread.</summary>
    internal static void Add(WatchedLoop watched)
    {
        using (Interrupts.Hold(s_gate))
        {
            s_watched.Add(watched);
            Changed();
            if (s_thread is null)
            {
                var thread = new Thread(Run) { IsBackground = true, Name = "bridge-watchdog" };
                thread.UnsafeStart();
                s_thread = thread;
            }
        }
    }

    /// <summary>Any thread. A look that is under way may still report.</summary>
    internal static void Remove(WatchedLoop watched)
    {
        using (Interrupts.Hold(s_gate))
        {
            s_watched.Remove(watched);
            Changed();
        }
    }

    private static void Changed()
    {
        s_changed = true;
        Monitor.PulseAll(s_gate);
    }

    private static void Run()
    {
        while (true)
        {
            WatchedLoop[] all;
            lock (s_gate)
            {
                s_watched.RemoveAll(static watched => watched.IsGone);
                if (s_watched.Count == 0)
                {
                    s_thread = null;
                    return;
                }

                all = [.. s_watched];
                s_changed = false;
            }

            TimeSpan interval = TimeSpan.MaxValue;
            foreach (WatchedLoop watched in all)
            {
                try
                {
                    watched.Look(Stopwatch.GetTimestamp());
                }
                catch (Exception exception)
                {
                    // It describes objects that the loop changes meanwhile, and calls strangers. Neither may end the process.
                    Trace.TraceError($"The watchdog could not report: {exception}");
                }

                interval = watched.Interval < interval ? watched.Interval : interval;
            }

            lock (s_gate)
            {
                // Woken early it looks once more, which does no harm.
                if (!s_changed)
                {
                    Monitor.Wait(s_gate, interval);
                }
            }
        }
    }
}

/// <summary>What the watchdog knows of one loop. Its thread only, but for <see cref="RunningSince"/>.</summary>
internal sealed class WatchedLoop
{
    private static readonly TimeSpan s_shortestInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longestInterval = TimeSpan.FromSeconds(1);

    private readonly WeakReference<EventLoop> _loop;
    private readonly TimeSpan _budget;

    /// <summary>Callbacks that the loop had begun at the last look, and its turn.</summary>
    private long _progress;
    private long _turn;

    /// <summary>When the watchdog first saw what it sees now, in stopwatch ticks; 0: the loop rested. The callback's: see <see cref="RunningSince"/>.</summary>
    private long _callbackSince;
    private long _turnSince;

    private bool _isCallbackReported;
    private bool _isTurnReported;

    internal WatchedLoop(EventLoop loop, TimeSpan budget)
    {
        _loop = new WeakReference<EventLoop>(loop);
        _budget = budget;
        Interval = budget / 4;
        Interval = Interval < s_shortestInterval ? s_shortestInterval : Interval > s_longestInterval ? s_longestInterval : Interval;
    }

    internal TimeSpan Interval { get; }

    internal bool IsGone => !_loop.TryGetTarget(out EventLoop? loop) || loop.IsClosed;

    /// <summary>Since when the callback runs that is the loop's <paramref name="progress"/>; null if the watchdog has not seen it yet. Any thread: two words that
    /// may be of different moments, so others may see the time of the callback before.</summary>
    internal TimeSpan? RunningSince(long progress)
        => Volatile.Read(ref _callbackSince) is not 0 and var since && Volatile.Read(ref _progress) == progress ? Stopwatch.GetElapsedTime(since) : null;

    internal void Look(long now)
    {
        if (!_loop.TryGetTarget(out EventLoop? loop))
        {
            return;
        }

        long progress = loop.Progress;
        object? running = loop.RunningCallback;
        if (running is null && progress == _progress)
        {
            // It sleeps, or has nothing to do.
            Volatile.Write(ref _callbackSince, 0);
            _turnSince = 0;
            return;
        }

        if (progress != _progress || _callbackSince == 0)
        {
            Volatile.Write(ref _callbackSince, now);
            Volatile.Write(ref _progress, progress);
            _isCallbackReported = false;
        }

        if (loop.Turns != _turn || _turnSince == 0)
        {
            _turn = loop.Turns;
            _turnSince = now;
            _isTurnReported = false;
        }

        Judge(loop, running, Stopwatch.GetElapsedTime(_callbackSince, now), Stopwatch.GetElapsedTime(_turnSince, now));
    }

    private void Judge(EventLoop loop, object? running, TimeSpan callback, TimeSpan turn)
    {
        if (callback >= _budget && !_isCallbackReported)
        {
            _isCallbackReported = _isTurnReported = true;
            loop.ReportBlock(loop.Describe(LoopBlockKind.Callback, callback, running));
        }
        else if (turn >= _budget && !_isTurnReported)
        {
            _isTurnReported = true;
            loop.ReportBlock(loop.Describe(LoopBlockKind.Turn, turn, running));
        }
    }
}
