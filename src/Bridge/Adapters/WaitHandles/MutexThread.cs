using Bridge.Executors;

namespace Bridge;

/// <summary>The thread that acquires, holds and releases one mutex, since a mutex belongs to a thread.</summary>
/// <remarks>
/// It keeps neither the future nor the hold alive: so a hold that was dropped is found by its finalizer. Under the lock: what shall become of the mutex, and
/// the event that wakes the thread for it, which the thread frees as it ends.
/// </remarks>
#pragma warning disable CA1001 // The thread disposes of the event as it ends.
internal sealed class MutexThread
{
    private readonly EventLoop _loop;
    private readonly Mutex _mutex;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEvent _decided = new(false);
    private MutexFate _fate;

    /// <summary>Told once, on the thread, and then forgotten.</summary>
    private Action<Exception?>? _acquired;

    /// <summary>Written by the loop thread before the hold is handed out; read by whoever decides, who has the hold or is the loop thread.</summary>
    private CloseRegistration _closeRegistration;

    internal MutexThread(EventLoop loop, Mutex mutex, Action<Exception?> acquired)
    {
        _loop = loop;
        _mutex = mutex;
        _acquired = acquired;
    }

    /// <summary>Done when the mutex is no longer held. Any thread.</summary>
    internal Task Ended => _ended.Task;

    internal void Start() => new Thread(Run) { IsBackground = true, Name = $"{_loop.Name}-mutex" }.UnsafeStart();

    /// <summary>The hold was handed out: should the loop close first, its code will never release it. Loop thread.</summary>
    internal void AbandonOnClose() => _closeRegistration = _loop.OnClose(() => TryAbandon());

    /// <summary>Releases the mutex, or ends the wait for it. Any thread; the first decision counts.</summary>
    internal void Release() => TryDecide(MutexFate.Release);

    /// <summary>Ends the thread without releasing. False: it was decided before. Any thread.</summary>
    internal bool TryAbandon() => TryDecide(MutexFate.Abandon);

    private bool TryDecide(MutexFate fate)
    {
        using (Interrupts.Hold(_lock))
        {
            if (_fate != MutexFate.Open)
            {
                return false;
            }

            _fate = fate;
            _decided.Set();
        }

        _closeRegistration.Dispose();
        return true;
    }

    private void Run()
    {
        try
        {
            if (TryAcquire())
            {
                _decided.WaitOne();
                ReleaseUnlessAbandoned();
            }
        }
        catch (Exception exception)
        {
            // Of the mutex, which somebody has disposed: told to whoever waits for it, else reported.
            Fail(exception);
        }

        lock (_lock)
        {
            _fate = MutexFate.Over;
            _decided.Dispose();
        }

        _ended.SetResult();
    }

    /// <summary>False: the wait was ended.</summary>
    private bool TryAcquire()
    {
        try
        {
            if (!WaitForMutex())
            {
                return false;
            }

            Tell(null);
        }
        catch (AbandonedMutexException abandoned)
        {
            Tell(abandoned);
        }

        return true;
    }

    private bool WaitForMutex()
    {
        try
        {
            return WaitHandle.WaitAny([_mutex, _decided]) == 0;
        }
        catch (PlatformNotSupportedException)
        {
            // A named one, which .NET cannot wait for together with others here.
            while (!_mutex.WaitOne(TimeSpan.FromMilliseconds(20)))
            {
                if (_decided.WaitOne(0))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private void ReleaseUnlessAbandoned()
    {
        if (_fate == MutexFate.Release)
        {
            _mutex.ReleaseMutex();
        }
    }

    private void Tell(Exception? failure) => Interlocked.Exchange(ref _acquired, null)?.Invoke(failure);

    private void Fail(Exception exception)
    {
        if (_acquired is not null)
        {
            Tell(exception);
            return;
        }

        _loop.ReportElsewhere(new LoopErrorContext("Releasing a mutex failed", exception));
    }
}
#pragma warning restore CA1001

/// <summary>What shall become of a mutex that a <see cref="MutexThread"/> holds or waits for.</summary>
internal enum MutexFate : byte
{
    /// <summary>Not decided.</summary>
    Open,

    /// <summary>Released, or no longer waited for.</summary>
    Release,

    /// <summary>Left to the end of its thread: the next owner is told.</summary>
    Abandon,

    /// <summary>The thread ends.</summary>
    Over,
}
