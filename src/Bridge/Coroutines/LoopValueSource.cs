using System.Threading.Tasks.Sources;

namespace Bridge;

/// <summary>The inside of a <see cref="ValueTask{T}"/> that an object of a loop hands out: whoever awaits it goes on on the loop thread.</summary>
/// <remarks>
/// <para>
/// It is queued as work when the wait is over, and goes on in that callback: never inside the call that ended the wait. A task of
/// ours that awaits it goes on at once, without the way through the inbox, and can be cancelled as at any await of ours.
/// </para>
/// <para>Loop thread, except the token's callback. One operation at a time; its owner begins the next one when the result was taken.</para>
/// </remarks>
internal abstract class LoopValueSource<T> : LoopWork, IValueTaskSource<T>, IValueTaskSource
{
    private Action<object?>? _continuation;
    private object? _state;
    private ExecutionContext? _context;

    /// <summary>Where the continuation has to run, if that is not this loop.</summary>
    private object? _scheduler;
    private CancellationTokenRegistration _registration;

    /// <summary>Which operation it is. The token's callback reads it, on any thread: the registration is disposed, which waits for that, before it changes.</summary>
    private short _version;

    /// <summary>The wait has ended and this was taken from the ready queue.</summary>
    private bool _isOver;

    /// <summary>Whoever awaits said ConfigureAwait(false).</summary>
    private bool _isContextFree;

    private protected LoopValueSource(EventLoop loop) => Loop = loop;

    internal EventLoop Loop { get; }

    /// <summary>How the wait has ended; asked once it has.</summary>
    private protected abstract ValueTaskSourceStatus Status { get; }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        Check(token);
        return _isOver ? Status : ValueTaskSourceStatus.Pending;
    }

    public T GetResult(short token)
    {
        Check(token);
        if (!_isOver)
        {
            throw new InvalidOperationException(Messages.ValueTaskIsPending);
        }

        _registration.Dispose();
        _registration = default;
        _isOver = false;
        _version++;
        if (Loop.ThrowIntoStep is not null)
        {
            Abandon();
            Loop.ThrowIntoStepIfAsked(null);
        }

        return Take();
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        if (_continuation is not null)
        {
            throw new InvalidOperationException(Messages.ValueTaskAwaitedTwice);
        }

        _continuation = continuation;
        _state = state;
        _context = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0 ? AmbientContext.Capture() : null;
        if (WaitOfTask is { } wait)
        {
            wait.Source = this;
        }
        else
        {
            _isContextFree = (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) == 0;
            _scheduler = _isContextFree ? null : FindScheduler();
        }

        if (_isOver)
        {
            Loop.Enqueue(this, null, null);
        }
    }

    internal override void Run()
    {
        _isOver = true;
        if (_continuation is not { } continuation)
        {
            return;
        }

        ForeignWait? wait = WaitOfTask;
        (object? state, object? scheduler, ExecutionContext? context) = (_state, _scheduler, _context);
        (_continuation, _state, _scheduler, _context) = (null, null, null, null);
        if (wait is not null)
        {
            wait.ComeBackHere();
            return;
        }

        Loop.SwitchContext(context);
        switch (scheduler)
        {
            case SynchronizationContext other:
                other.Post(continuation.Invoke, state);
                break;
            case TaskScheduler other:
                Task.Factory.StartNew(continuation, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach, other);
                break;
            default:
                Invoke(continuation, state);
                break;
        }
    }

    /// <summary>The ValueTask of an operation that has begun to wait.</summary>
    private protected ValueTask<T> Begin(CancellationToken token)
    {
        Watch(token);
        return new ValueTask<T>(this, _version);
    }

    /// <summary>The same without a result.</summary>
    private protected ValueTask BeginVoid(CancellationToken token)
    {
        Watch(token);
        return new ValueTask(this, _version);
    }

    /// <summary>Ends the wait early, if it still lasts.</summary>
    private protected abstract void Interrupt(OperationCanceledException exception);

    /// <summary>Lets go of the operation: the task that waited throws something else.</summary>
    private protected abstract void Abandon();

    /// <summary>Ends the operation: its result, or what it failed with.</summary>
    private protected abstract T Take();

    /// <summary>The waiting task, if it is one of ours: then the continuation would only post it back.</summary>
    private ForeignWait? WaitOfTask => (_state as Action)?.Target as ForeignWait;

    private void Invoke(Action<object?> continuation, object? state)
    {
        if (!_isContextFree)
        {
            continuation(state);
            return;
        }

        // .NET sends what awaits the continuation's own task to its pool if a context is current here: then it would leave the loop thread.
        SynchronizationContext? own = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            continuation(state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(own);
        }
    }

    private object? FindScheduler()
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        if (context is not null && context.GetType() != typeof(SynchronizationContext))
        {
            return ReferenceEquals(context, Loop.SynchronizationContext) ? null : context;
        }

        return ReferenceEquals(TaskScheduler.Current, TaskScheduler.Default) ? null : TaskScheduler.Current;
    }

    private void Watch(CancellationToken token)
    {
        if (token.CanBeCanceled)
        {
            _registration = token.UnsafeRegister(static (source, token) => ((LoopValueSource<T>)source!).RequestCancel(token), this);
        }
    }

    private void RequestCancel(CancellationToken token)
    {
        short version = _version;
        Loop.TryPost(
            new Action(() =>
            {
                if (version == _version)
                {
                    Interrupt(new OperationCanceledException(token));
                }
            }),
            null,
            null);
    }

    private void Check(short token)
    {
        Loop.AssertLoopThread();
        if (token != _version)
        {
            throw new InvalidOperationException(Messages.ValueTaskIsUsedUp);
        }
    }
}
