using System.Threading.Tasks.Sources;

namespace Bridge;

/// <summary>The inside of a <see cref="ValueTask{T}"/> that an object of a loop hands out: whoever awaits it goes on on the loop thread.</summary>
/// <remarks>
/// <para>
/// It is queued as work when the wait is over, and goes on in that callback: never inside the call that ended the wait. A task of
/// ours that awaits it waits for this object itself, as at any await of ours (see <see cref="ForeignWait"/>).
/// </para>
/// <para>Loop thread, except the token's callback. One operation at a time; its owner begins the next one when the result was taken.</para>
/// </remarks>
internal abstract class LoopValueSource<T> : LoopWork, IValueTaskSource<T>, IValueTaskSource
{
    /// <summary>The task of ours that waits.</summary>
    private LoopWork? _waiter;

    /// <summary>The code of another kind that waits, and the token: most operations have neither. Used again.</summary>
    private ValueTaskContinuation? _continuation;

    /// <summary>Which operation it is. The token's callback reads it, on any thread: the registration is disposed, which waits for that, before it changes.</summary>
    private short _version;

    /// <summary>The wait has ended and this was taken from the ready queue.</summary>
    private bool _isOver;

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

        _continuation?.ForgetToken();
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
        if (_waiter is not null || _continuation is { IsSet: true })
        {
            throw new InvalidOperationException(Messages.ValueTaskAwaitedTwice);
        }

        if ((state as Action)?.Target is ForeignWait { MayBeOurs: true } wait)
        {
            wait.Source = this;
            return;
        }

        (_continuation ??= new ValueTaskContinuation()).Set(Loop, continuation, state, flags);
        if (_isOver)
        {
            Loop.Enqueue(this, null, null);
        }
    }

    internal override void WakeWhenDone(LoopWork waiter, EventLoop loop)
    {
        _waiter = waiter;
        if (_isOver)
        {
            loop.Enqueue(this, null, null);
        }
    }

    internal override void Run()
    {
        _isOver = true;
        if (_waiter is { } waiter)
        {
            _waiter = null;
            Loop.SwitchContext(waiter.RunContext);
            waiter.Run();
        }
        else
        {
            _continuation?.Call(Loop);
        }
    }

    /// <summary>The ValueTask of an operation that has begun to wait.</summary>
    private protected ValueTask<T> Pending(CancellationToken token)
    {
        Watch(token);
        return new ValueTask<T>(this, _version);
    }

    /// <summary>The same without a result.</summary>
    private protected ValueTask PendingVoid(CancellationToken token)
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

    private void Watch(CancellationToken token)
    {
        if (token.CanBeCanceled)
        {
            (_continuation ??= new ValueTaskContinuation()).Token
                = token.UnsafeRegister(static (source, token) => ((LoopValueSource<T>)source!).RequestCancel(token), this);
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
