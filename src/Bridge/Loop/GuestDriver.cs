using System.Runtime.CompilerServices;
using Bridge.Executors;

namespace Bridge;

/// <summary>Drives a loop by a foreign one: its turns are posted to the host one by one, and while it is idle a helper thread waits for I/O.</summary>
/// <remarks>
/// <para>
/// The loop belongs to the host's thread. It is lent to the helper only while it is idle, and the helper does nothing but wait in the selector:
/// what it finds ready, the next turn finds again. So all handlers, callbacks and reports run on the host's thread. If the host's code uses
/// the loop while it is lent, it takes it back first, which ends the wait (<see cref="TakeBack"/>).
/// </para>
/// <para>
/// A host that takes no more turns (its Post throws, or its thread has ended) must not leave finally blocks undone: the helper runs the loop to
/// its end then. A turn posted before finds the phase changed and does nothing.
/// </para>
/// <para>Facts from trio's guest mode: look without waiting first, use a thread only if there is nothing; the host's own wake-ups and signals are left alone.</para>
/// </remarks>
internal sealed class GuestDriver
{
    /// <summary>How often the helper, while a turn is due, looks whether the host's thread still lives. Nothing tells it.</summary>
    private static readonly TimeSpan s_hostCheck = TimeSpan.FromMilliseconds(500);

    private readonly EventLoop _loop;
    private readonly SynchronizationContext _host;
    private readonly IGuest _guest;
    private readonly Thread _helper;

    /// <summary>Guards the fields below. Held by the host's thread for moments, but for <see cref="TakeBack"/>; no foreign code runs inside.</summary>
    private readonly object _gate = new();
    private Phase _phase;
    private TimeSpan? _timeout;

    /// <summary>Where the latest turn ran; null if it was a thread of the .NET pool, which come and go.</summary>
    private Thread? _hostThread;

    /// <summary>Why the selector could not wait; for the next turn.</summary>
    private Exception? _waitFailure;
    private Exception? _refusal;

    internal GuestDriver(EventLoop loop, SynchronizationContext host, IGuest guest)
    {
        _loop = loop;
        _host = host;
        _guest = guest;
        _helper = new Thread(Help) { IsBackground = true, Name = $"{loop.Name}-guest-wait" };
    }

    private enum Phase
    {
        /// <summary>A turn is posted; the host runs it when it gets to it.</summary>
        Due,

        /// <summary>The host's thread runs a turn.</summary>
        Turn,

        /// <summary>The loop is idle and lent to the helper.</summary>
        Lent,

        /// <summary>The host took no more turns; the helper runs the loop.</summary>
        Orphaned,

        Over,
    }

    /// <summary>Posts the first turn.</summary>
    internal void Start()
    {
        _host.OperationStarted();
        _helper.UnsafeStart();
        PostTurn();
    }

    /// <summary>Ends the helper's wait, if it waits, and returns when it has. The host's thread.</summary>
    internal void TakeBack() => Interrupts.Defer(this, static driver => driver.AwaitHelper());

    /// <summary>Known by its name where waits on a host loop are judged (<see cref="WaitSite"/>), so not inlined.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AwaitHelper()
    {
        lock (_gate)
        {
            if (_phase == Phase.Lent)
            {
                _loop.EndWaitOfHelper();
                while (_phase == Phase.Lent)
                {
                    Monitor.Wait(_gate);
                }
            }
        }
    }

    private void PostTurn()
    {
        Enter(Phase.Due);
        try
        {
            _host.Post(static driver => ((GuestDriver)driver!).Turn(), this);
        }
        catch (Exception exception)
        {
            // Whatever it is, the host will not run it; the helper does what is left.
            _refusal = exception;
            Enter(Phase.Orphaned);
        }
    }

    /// <summary>Called by the host.</summary>
    private void Turn()
    {
        using (Interrupts.Hold(_gate))
        {
            if (_phase != Phase.Due)
            {
                return;
            }

            _phase = Phase.Turn;
            _hostThread = Thread.CurrentThread.IsThreadPoolThread ? null : Thread.CurrentThread;
        }

        // Gives the host its own ambient context back afterwards.
        bool isOver = false;
        ExecutionContext.Run(AmbientContext.Default, _ => isOver = RunTurn(), null);
        if (isOver)
        {
            End();
        }
    }

    /// <summary>True: it was the last.</summary>
    private bool RunTurn()
    {
        TimeSpan? timeout = null;
        bool rests = false;
        try
        {
            if (Interlocked.Exchange(ref _waitFailure, null) is { } failure)
            {
                throw failure;
            }

            if (!_loop.RunGuestTurn() && _guest.OnStop())
            {
                return true;
            }

            rests = _loop.TryRest(out timeout);
        }
        catch (Exception exception)
        {
            if (_guest.OnFailure(exception))
            {
                return true;
            }
        }

        if (!rests)
        {
            PostTurn();
            return false;
        }

        using (Interrupts.Hold(_gate))
        {
            _timeout = timeout;
            _phase = Phase.Lent;
            Monitor.PulseAll(_gate);
        }

        return false;
    }

    private void Help()
    {
        while (true)
        {
            switch (AwaitOrder())
            {
                case Phase.Lent:
                    WaitForEvents();
                    PostTurn();
                    break;
                case Phase.Orphaned:
                    RunToTheEnd();
                    return;
                default:
                    return;
            }
        }
    }

    private Phase AwaitOrder()
    {
        lock (_gate)
        {
            while (_phase is Phase.Due or Phase.Turn)
            {
                if (!Monitor.Wait(_gate, s_hostCheck) && _phase == Phase.Due && _hostThread is { IsAlive: false })
                {
                    _phase = Phase.Orphaned;
                }
            }

            return _phase;
        }
    }

    private void WaitForEvents()
    {
        try
        {
            _loop.WaitAsHelper(_timeout);
        }
        catch (Exception exception)
        {
            Volatile.Write(ref _waitFailure, exception);
        }
    }

    private void RunToTheEnd()
    {
        _guest.OnHostGone(_refusal);
        bool isOver = false;
        while (!isOver)
        {
            try
            {
                _loop.RunOrphaned();
                isOver = _guest.OnStop();
            }
            catch (Exception exception)
            {
                isOver = _guest.OnFailure(exception);
            }
        }

        End();
    }

    private void End()
    {
        bool isOrphaned = _phase == Phase.Orphaned;
        Enter(Phase.Over);
        _loop.EndGuestRun();
        try
        {
            _guest.OnOver();
        }
        finally
        {
            if (!isOrphaned)
            {
                _host.OperationCompleted();
            }
        }
    }

    private void Enter(Phase phase)
    {
        using (Interrupts.Hold(_gate))
        {
            _phase = phase;
            Monitor.PulseAll(_gate);
        }
    }
}
