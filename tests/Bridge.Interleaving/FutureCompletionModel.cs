namespace Bridge.Interleaving;

/// <summary>The protocol of ConcurrentFuture by hand: workers claim and finish, others cancel, wait and add callbacks, all at once.</summary>
/// <remarks>
/// By hand because that future lives in Bridge.Executors, which knows nothing of the marks. Modelled are its three rules: every change of
/// state is made inside the gate, from a state that is not done; the outcome is written before the state; and "install, fence, look" for
/// what waits: the installer looks at the state after it has put its event in place, the completer looks for the event after it has
/// changed the state. The fences make these four accesses sequentially consistent, which is what is explored.
/// </remarks>
internal sealed class FutureCompletionModel : Model
{
    private readonly bool _looksBeforeInstalling;
    private SpinGate _gate;
    private State _state;
    private string? _outcome;
    private List<int>? _callbacks = [];
    private Event? _event;

    private int _started;
    private int _finished;
    private int _cancelled;
    private readonly List<int> _called = [];
    private int _added;

    /// <param name="workers">Threads that claim the work and, if they get it, finish it.</param>
    /// <param name="cancellers">Threads that cancel it.</param>
    /// <param name="waiters">Threads that add a callback and then block until it is done.</param>
    /// <param name="looksBeforeInstalling">Seeds a mistake: a waiter that looks at the state first and installs its event afterwards.</param>
    internal FutureCompletionModel(int workers, int cancellers, int waiters, bool looksBeforeInstalling = false)
    {
        _looksBeforeInstalling = looksBeforeInstalling;
        AddThreads("worker", workers, Work);
        AddThreads("canceller", cancellers, Cancel);
        AddThreads("waiter", waiters, Wait);
    }

    private enum State
    {
        Pending,
        Running,
        Cancelled,
        Finished,
    }

    internal override void CheckAtEnd()
    {
        Require(_started == _finished && _started <= 1, $"The work ran {_started} times and gave {_finished} outcomes.");
        Require(_finished + _cancelled == 1, $"{_finished} results and {_cancelled} cancels decided the outcome.");
        Require(_outcome == (_cancelled == 1 ? "cancelled" : "result"), $"The outcome is {_outcome ?? "missing"}.");
        Require(_called.Count == _added && _called.Distinct().Count() == _added, $"{_added} callbacks were called {_called.Count} times.");
    }

    private void AddThreads(string name, int count, Action body)
    {
        for (int i = 0; i < count; i++)
        {
            AddThread($"{name} {i}", body);
        }
    }

    private void Work()
    {
        _gate.Enter();
        bool claimed = _state == State.Pending;
        _state = claimed ? State.Running : _state;
        _gate.Exit();
        if (claimed)
        {
            _started++;
            if (TryEnd(State.Running, State.Finished, "result"))
            {
                _finished++;
            }
        }
    }

    private void Cancel()
    {
        if (TryEnd(State.Pending, State.Cancelled, "cancelled"))
        {
            _cancelled++;
        }
    }

    private bool TryEnd(State from, State to, string outcome)
    {
        _gate.Enter();
        if (_state != from)
        {
            _gate.Exit();
            return false;
        }

        _outcome = outcome;
        List<int> callbacks = _callbacks!;
        _callbacks = null;
        Interleave.Point();
        _state = to;
        _gate.Exit();

        Interleave.Point();
        if (_event is { } waited)
        {
            Interleave.Point();
            waited.IsSet = true;
        }

        _called.AddRange(callbacks);
        return true;
    }

    private void Wait()
    {
        AddCallback();
        bool isDone = IsDone();
        if (isDone && _looksBeforeInstalling)
        {
            return;
        }

        Interleave.Point();
        _event ??= new Event();
        if (!_looksBeforeInstalling && IsDone())
        {
            _event.IsSet = true;
        }

        WaitUntil(() => _event.IsSet);
        Require(_outcome is not null, "A waiter was released before the outcome was there.");
    }

    private bool IsDone()
    {
        Interleave.Point();
        bool isDone = _state >= State.Cancelled;
        Require(!isDone || _outcome is not null, "The state said done before the outcome was there.");
        return isDone;
    }

    private void AddCallback()
    {
        _gate.Enter();
        int id = _added++;
        bool tooLate = _callbacks is null;
        _callbacks?.Add(id);
        _gate.Exit();
        if (tooLate)
        {
            _called.Add(id);
        }
    }

    private sealed class Event
    {
        internal bool IsSet { get; set; }
    }
}
