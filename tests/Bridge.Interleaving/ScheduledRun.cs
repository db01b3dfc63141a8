namespace Bridge.Interleaving;

/// <summary>One run of a model under one schedule: decides at each mark who holds the baton next.</summary>
internal sealed class ScheduledRun
{
    /// <summary>No model needs as many; a run that gets here turns in circles.</summary>
    private const int LongestRun = 10_000;

    [ThreadStatic]
    private static (ScheduledRun Run, ModelThread Thread)? t_self;

    private readonly List<ModelThread> _threads = [];
    private readonly CarrierPool _carriers;
    private readonly SchedulePath _path;
    private readonly ScheduleTrace? _trace;
    private readonly List<ModelThread> _options = [];
    private readonly Baton _over = new();
    private int _preemptionsLeft;
    private int _steps;

    /// <summary>Steps that may have changed something: all but those of threads that spin. Two that spin would else wake each other for ever.</summary>
    private int _progress;

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

    internal ScheduledRun(Model model, CarrierPool carriers, int preemptions, SchedulePath path, ScheduleTrace? trace)
    {
        foreach ((string name, Action body) in model.Threads)
        {
            _threads.Add(new ModelThread(name, body));
        }

        _carriers = carriers;
        _preemptionsLeft = preemptions;
        _path = path;
        _trace = trace;
        _alive = _threads.Count;
    }

    /// <summary>What went wrong in a thread, or that no thread could go on.</summary>
    internal Exception? Failure { get; private set; }

    internal static void WaitUntil(Func<bool> condition)
    {
        (ScheduledRun run, ModelThread thread) = t_self ?? throw new InvalidOperationException("WaitUntil is for the threads of a model.");
        run.Reach(thread, ModelThreadState.Waiting, condition);
    }

    /// <summary>Runs the model's threads to their end, or to the first failure.</summary>
    internal void RunToEnd()
    {
        Carry(Choose(null)!, static () => { });
        _over.Await();
    }

    /// <summary>
    /// Runs a thread that begins on the calling, real one; when it ends and the schedule begins another one, that one too, and so on.
    /// Passing the baton costs two trips through the kernel, so it is passed only to threads that are in the middle of something.
    /// </summary>
    /// <param name="first">The thread that has just been chosen.</param>
    /// <param name="released">Called when the real thread is free for others, before they can need it.</param>
    internal void Carry(ModelThread first, Action released)
    {
        for (ModelThread? thread = first; thread is not null;)
        {
            RunBody(thread);
            _progress++;
            bool last = Interlocked.Decrement(ref _alive) == 0;
            ModelThread? next = last || _aborted ? null : Choose(null);
            if (next is null && !last && !_aborted)
            {
                Abort(thread, Stuck());
            }

            bool carryOn = next is { State: ModelThreadState.NotStarted };
            if (!carryOn)
            {
                released();
            }

            if (last)
            {
                _over.Pass();
            }
            else if (!carryOn)
            {
                next?.PassBaton();
            }

            thread = carryOn ? next : null;
        }
    }

    private void RunBody(ModelThread thread)
    {
        t_self = (this, thread);
        thread.State = ModelThreadState.Ready;
        try
        {
            thread.Body();
        }
        catch (AbortedException)
        {
            // Another thread failed; this one was only unwound.
        }
        catch (Exception exception)
        {
            // Any exception is a verdict here.
            Abort(thread, exception);
        }

        t_self = null;
        thread.State = ModelThreadState.Ended;
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
        _progress += state == ModelThreadState.Blocked ? 0 : 1;
        self.BlockedAt = _progress;
        ModelThread? next = ++_steps < LongestRun ? Choose(self) : null;
        if (next is null)
        {
            Abort(self, Stuck());
            ThrowIfAborted();
        }

        if (next != self)
        {
            if (next!.State == ModelThreadState.NotStarted)
            {
                _carriers.Rent().Start(this, next);
            }
            else
            {
                next.PassBaton();
            }

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
            return thread.State is ModelThreadState.Ready or ModelThreadState.NotStarted || (thread.State == ModelThreadState.Blocked && _progress > thread.BlockedAt);
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

    /// <summary>Ends the run: every thread that waits for the baton gets it, once, to unwind; those that never began end here.</summary>
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
            if (thread.State == ModelThreadState.NotStarted)
            {
                thread.State = ModelThreadState.Ended;
                Interlocked.Decrement(ref _alive);
            }
        }

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
