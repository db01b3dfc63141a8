namespace Bridge.Executors;

/// <summary>One thread of a <see cref="WorkerCrew"/>.</summary>
internal sealed partial class Worker
{
    private const int Awake = 0;
    private const int Parked = 1;
    private const int Woken = 2;

    [ThreadStatic]
    private static Worker? t_current;

    private readonly Thread _thread;
    private readonly object _parking = new();

    /// <summary>Up to 50 us, about what waking a halted processor costs.</summary>
    private IdleSpin _spin = new(TimeSpan.FromMicroseconds(50));

    /// <summary>Whether the thread was started: null until it was tried. Under the parking monitor, which a join waits on.</summary>
    private bool? _started;

    private SynchronizationContext? _home;

    /// <summary>The job the crew gave, until it is run. This thread only.</summary>
    private IExecutorJob? _taken;

    /// <summary>Whom to call before that job is run. This thread only.</summary>
    private WorkerCall _next;

    /// <summary>Awake (spinning or busy), Parked (waiting on the monitor, or about to), Woken (look at the queue again).</summary>
    /// <remarks>Set to Awake under the crew's lock before the worker is in the idle stack. The worker moves it from Awake to Parked, and whoever took
    /// it off the stack exchanges it to Woken: both full fences on one word, so either the worker sees Woken or the waker sees Parked and
    /// pulses. The monitor keeps that pulse from coming between the worker's last look and its wait.</remarks>
    private int _wake;

    /// <summary>The job being run, or null. Written by this thread; reports read it. The only reference a worker keeps.</summary>
    private IExecutorJob? _job;

    /// <summary>When the job began (<see cref="CoarseNow"/>). Written by this thread after <see cref="_job"/> was cleared and before it is set, so a reader that sees the
    /// same job before and after reading this has that job's time.</summary>
    private long _startedAt;

    internal Worker(WorkerCrew crew, int slot)
    {
        Crew = crew;
        Slot = slot;
        _thread = new Thread(Main)
        {
            IsBackground = true,
            Name = crew.Options.ThreadName(slot),
            Priority = crew.Options.Priority,
        };
        if (crew.Options.Apartment != ApartmentState.Unknown && OperatingSystem.IsWindows())
        {
            _thread.SetApartmentState(crew.Options.Apartment);
        }
    }

    /// <summary>The worker that runs on this thread, or null.</summary>
    internal static Worker? Current => t_current;

    internal WorkerCrew Crew { get; }

    internal int Slot { get; }

    // Under the crew's lock: where the worker stands, and its neighbours in the idle stack.
    internal bool IsIdle { get; set; }

    internal bool IsWoken { get; set; }

    internal bool IsStarting { get; set; }

    internal Worker? Above { get; set; }

    internal Worker? Below { get; set; }

    /// <summary>Starts the thread without any ambient context of the submitter: the thread outlives it.</summary>
    internal void Start()
    {
        bool started = false;
        try
        {
            _thread.UnsafeStart();
            started = true;
        }
        finally
        {
            using (Interrupts.Hold(_parking))
            {
                _started = started;
                Monitor.PulseAll(_parking);
            }
        }
    }

    /// <summary>Waits for the end of the thread; one that another thread is about to start counts as running.</summary>
    internal bool Join(WaitTime time)
    {
        lock (_parking)
        {
            while (_started is null)
            {
                if (!Monitor.Wait(_parking, time.Remaining))
                {
                    return false;
                }
            }
        }

        return _started == false || _thread.Join(time.Remaining);
    }

    /// <summary>The crew gives the job, under its lock, and says whom to call before it is run.</summary>
    internal void Take(IExecutorJob job, WorkerCall next)
    {
        _taken = job;
        _next = next;
    }

    internal void PrepareToWait() => _wake = Awake;

    /// <summary>Called by whoever took the worker off the idle stack, without the crew's lock.</summary>
    internal void Wake()
    {
        if (Interlocked.Exchange(ref _wake, Woken) == Parked)
        {
            using (Interrupts.Hold(_parking))
            {
                Monitor.PulseAll(_parking);   // a join may wait here too
            }
        }
    }

    /// <summary>Waits in the idle stack: awake for a moment, then parked. False: the time is up and nobody called.</summary>
    internal bool WaitForWake(int milliseconds)
    {
        if (Crew.TryBeginSpin())
        {
            bool called = _spin.Wait(new AwaitedCall(this));
            Crew.EndSpin();
            if (called)
            {
                return true;
            }
        }

        if (Interlocked.CompareExchange(ref _wake, Parked, Awake) != Awake)
        {
            return true;
        }

        _spin.SleepStarts();
        bool woken = Park(milliseconds);
        _spin.SleepEnds(byWork: woken);
        return woken;
    }

    /// <summary>Milliseconds, for the age of jobs in reports: a finer clock would cost each job more than taking it from the queue.</summary>
#pragma warning disable RS0030 // Coarse is what is wanted.
    private static long CoarseNow => Environment.TickCount64;
#pragma warning restore RS0030

    internal RunningJob? DescribeJob()
    {
        var job = Volatile.Read(ref _job);
        if (job is null)
        {
            return null;
        }

        long started = Volatile.Read(ref _startedAt);
        return Volatile.Read(ref _job) == job
            ? new RunningJob(job.Name, _thread.Name, _thread.ManagedThreadId, TimeSpan.FromMilliseconds(CoarseNow - started), SubmitSites.Find(job))
            : null;
    }

    private bool Park(int milliseconds)
    {
        lock (_parking)
        {
            while (_wake != Woken)
            {
                if (!Monitor.Wait(_parking, milliseconds))
                {
                    return _wake == Woken;
                }
            }
        }

        return true;
    }

    /// <summary>What an idle worker waits for awake.</summary>
    private readonly struct AwaitedCall(Worker worker) : IAwaitedWork
    {
        public bool IsHere => Volatile.Read(ref worker._wake) == Woken;
    }

    private void Main()
    {
        t_current = this;
        if (SetUp())
        {
            _home = SynchronizationContext.Current;
            while (TryTakeJob())
            {
                Crew.Make(_next);
                RunJob();
            }

            TearDown();
        }

        Crew.Leave(this);
    }

    /// <summary>An interrupt that strikes while the worker is parked was meant for a job that has ended meanwhile: it looks at the queue again.</summary>
    private bool TryTakeJob()
    {
        while (true)
        {
            try
            {
                return Crew.TryTakeJob(this);
            }
            catch (ThreadInterruptedException)
            {
            }
        }
    }

    private void RunJob()
    {
        var job = _taken!;
        _taken = null;
        BeginJob();
        RunGuarded(job);
        EndJob();
        if (SynchronizationContext.Current != _home)
        {
            SynchronizationContext.SetSynchronizationContext(_home);   // left behind by the job
        }
    }

    private void RunGuarded(IExecutorJob job)
    {
        Volatile.Write(ref _startedAt, CoarseNow);
        Volatile.Write(ref _job, job);
        if (JobGuard.TryStart(Crew.Executor, job))
        {
            Volatile.Write(ref _interruptible, true);
            JobGuard.Run(Crew.Executor, job);
            EndInterruptible();
        }

        Volatile.Write(ref _job, null);
    }

    private bool SetUp()
    {
        try
        {
            Crew.Owner.SetUpWorker();
            return true;
        }
        catch (Exception exception)
        {
            Crew.Break($"setting up thread '{_thread.Name}' failed.", exception);
            return false;
        }
    }

    private void TearDown()
    {
        try
        {
            Crew.Owner.TearDownWorker();
        }
        catch (Exception exception)
        {
            ConcurrentFuture.Report(Crew.Executor, exception, Messages.InWorkerHook(Crew.Executor.Name, "the tear-down of a worker"));
        }
    }
}
