namespace Bridge.Interleaving;

/// <summary>One run of a model under one schedule: decides at each mark who holds the baton next.</summary>
internal sealed class ScheduledRun
{
    /// <summary>No model needs as many; a run that gets here turns in circles.</summary>
    private const int LongestRun = 10_000;

    [ThreadStatic]
    private static (ScheduledRun Run, ModelThread Thread)? t_self;

    private readonly IReadOnlyList<ModelThread> _threads;
    private readonly SchedulePath _path;
    private readonly ScheduleTrace? _trace;
    private readonly List<ModelThread> _options = [];
    private readonly SemaphoreSlim _over;
    private int _preemptionsLeft;
    private long _steps;

    /// <summary>A condition is being looked at: marks inside it do not count. Holder of the baton.</summary>
    private bool _choosing;

    /// <summary>Counted down by each thread (interlocked: after a failure they end side by side); the last one reports the end.</summary>
    private int _alive;

    /// <summary>Set once by the thread that failed; the others see it when they get the baton, and end.</summary>
    private volatile bool _aborted;

    static ScheduledRun() => Interleave.Hook = static blocked =>
    {
        // Threads of other tests pass through as if there were no marks.
        if (t_self is var (run, thread))
        {
            run.Reach(thread, blocked ? ModelThreadState.Blocked : ModelThreadState.Ready, null);
        }
    };

    internal ScheduledRun(IReadOnlyList<ModelThread> threads, int preemptions, SchedulePath path, ScheduleTrace? trace, SemaphoreSlim over)
    {
        _over = over;
        _threads = threads;
        _preemptionsLeft = preemptions;
        _path = path;
        _trace = trace;
        _alive = threads.Count;
    }

    /// <summary>What went wrong in a thread, or that no thread could go on.</summary>
    internal Exception? Failure { get; private set; }

    internal static void WaitUntil(Func<bool> condition)
    {
        (ScheduledRun run, ModelThread thread) = t_self ?? throw new InvalidOperationException("WaitUntil is for the threads of a model.");
        run.Reach(thread, ModelThreadState.Waiting, condition);
    }

    /// <summary>Runs the model's threads to their end, or to the first failure.</summary>
    internal void Start(Model model)
    {
        for (int i = 0; i < _threads.Count; i++)
        {
            _threads[i].Prepare(this, model.Threads[i].Name, model.Threads[i].Body);
        }

        Choose(null)!.PassBaton();
        _over.Wait();
    }

    /// <summary>Called by a model thread that got the baton for the first time in this run.</summary>
    internal void RunThread(ModelThread self, Action body)
    {
        t_self = (this, self);
        try
        {
            if (!_aborted)
            {
                body();
            }
        }
        catch (AbortedException)
        {
            // Another thread failed; this one was only unwound.
        }
        catch (Exception exception)
        {
            Abort(self, exception);
        }

        t_self = null;
        self.State = ModelThreadState.Ended;
        End(self);
    }

    private void End(ModelThread self)
    {
        bool pass = !_aborted;
        _steps++;
        if (Interlocked.Decrement(ref _alive) == 0)
        {
            _over.Release();
        }
        else if (pass)
        {
            if (Choose(null) is { } next)
            {
                next.PassBaton();
            }
            else
            {
                Abort(self, Stuck());
            }
        }
    }

    /// <summary>A thread has come to a mark: it or another goes on.</summary>
    private void Reach(ModelThread self, ModelThreadState state, Func<bool>? condition)
    {
        if (_choosing)
        {
            return;
        }

        ThrowIfAborted();
        _trace?.Add(self.Name, (state == ModelThreadState.Ready ? "at " : "stops at ") + ScheduleTrace.Here());
        self.State = state;
        self.Condition = condition;
        self.BlockedAt = ++_steps;
        ModelThread? next = _steps < LongestRun ? Choose(self) : null;
        if (next is null)
        {
            Abort(self, Stuck());
            ThrowIfAborted();
        }

        if (next != self)
        {
            next!.PassBaton();
            self.AwaitBaton();
            ThrowIfAborted();
        }

        self.State = ModelThreadState.Ready;
    }

    /// <summary>Who goes on: the first choice is whoever runs already. Null: nobody can.</summary>
    private ModelThread? Choose(ModelThread? current)
    {
        bool mayGoOn = current is not null && CanGoOn(current);
        if (mayGoOn && _preemptionsLeft == 0)
        {
            return current;
        }

        _options.Clear();
        if (mayGoOn)
        {
            _options.Add(current!);
        }

        foreach (ModelThread thread in _threads)
        {
            if (thread != current && CanGoOn(thread))
            {
                _options.Add(thread);
            }
        }

        int chosen = _options.Count > 1 ? _path.Choose(_options.Count) : 0;
        if (mayGoOn && chosen != 0)
        {
            _preemptionsLeft--;
        }

        return _options.Count == 0 ? null : _options[chosen];
    }

    private bool CanGoOn(ModelThread thread)
    {
        if (thread.State != ModelThreadState.Waiting)
        {
            return thread.State == ModelThreadState.Ready || (thread.State == ModelThreadState.Blocked && _steps > thread.BlockedAt);
        }

        _choosing = true;
        bool holds = thread.Condition!();
        _choosing = false;
        return holds;
    }

    private ModelException Stuck()
    {
        string states = string.Join(", ", _threads.Select(thread => $"{thread.Name} {thread.State}"));
        return new ModelException(_steps < LongestRun ? $"Nobody can go on: {states}." : $"No end after {LongestRun} steps: {states}.");
    }

    /// <summary>Ends the run: every thread that waits for the baton gets it, once, to unwind.</summary>
    private void Abort(ModelThread self, Exception failure)
    {
        if (_aborted)
        {
            return;
        }

        _trace?.Add(self.Name, failure.Message);
        Failure = failure;
        _aborted = true;
        foreach (ModelThread thread in _threads)
        {
            if (thread != self && thread.State != ModelThreadState.Ended)
            {
                thread.PassBaton();
            }
        }
    }

    private void ThrowIfAborted()
    {
        if (_aborted)
        {
            throw new AbortedException();
        }
    }

    private sealed class AbortedException : Exception;
}
