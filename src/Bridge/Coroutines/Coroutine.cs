using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Bridge;

/// <summary>The return type of <c>async</c> methods that run on an event loop. Cold: nothing runs until it is awaited or given to a task.</summary>
/// <remarks>
/// <para>
/// Awaiting a coroutine from another one runs it inline, inside the same task, without a turn of the loop in between.
/// <c>loop.CreateTask</c> runs it concurrently. Each coroutine runs once: awaiting it again is an error.
/// </para>
/// <para>
/// It may await coroutines, futures and tasks of its loop, and any other awaitable (<see cref="Task"/>, <see cref="ValueTask"/>, ...):
/// it always goes on on the loop thread. AsyncLocal values behave as in every async method: what it sets, its callers do not see.
/// </para>
/// <para>Source: asyncio's coroutines.</para>
/// </remarks>
[AsyncMethodBuilder(typeof(CoroutineMethodBuilder))]
[DebuggerDisplay("{ToString(),nq}")]
public abstract class Coroutine : ILoopAwaitable
{
    /// <summary>
    /// Created: nothing or the <see cref="NeverAwaited"/> guard. Suspended, or about to be started by a task: the
    /// <see cref="ExecutionContext"/> to go on in. Done: nothing or the failure (<see cref="ExceptionDispatchInfo"/>).
    /// </summary>
    private object? _slot;

    private CoroutineStatus _status;

    private protected Coroutine()
    {
    }

    /// <summary>The coroutine that awaits this one; null for the one a task was made of.</summary>
    internal Coroutine? Parent { get; set; }

    internal bool IsDone => _status == CoroutineStatus.Done;

    internal bool IsRunning => _status == CoroutineStatus.Running;

    internal bool IsCreated => _status == CoroutineStatus.Created;

    /// <summary>Why it failed, once it is done.</summary>
    internal ExceptionDispatchInfo? Fault => Unsafe.As<ExceptionDispatchInfo>(_slot);

    /// <summary>What it goes on in, while it is suspended or about to start.</summary>
    internal ExecutionContext? Context => Unsafe.As<ExecutionContext>(_slot);

    /// <summary>The async method, for people.</summary>
    internal abstract string MethodName { get; }

    /// <summary>Makes the coroutine awaitable, once.</summary>
    /// <returns>The awaiter.</returns>
    public CoroutineAwaiter GetAwaiter() => new(this);

    /// <summary>Gives up a coroutine that was never started: it will not be reported as never awaited, and can no longer be awaited.</summary>
    /// <exception cref="InvalidOperationException">It has started; cancel its task instead.</exception>
    /// <remarks>Does nothing if it is done. Source: <c>coroutine.close</c>; .NET cannot unwind a method that is suspended.</remarks>
    public void Close()
    {
        if (_status == CoroutineStatus.Done)
        {
            return;
        }

        if (_status != CoroutineStatus.Created)
        {
            throw new InvalidOperationException($"{this} has started and cannot be closed. Cancel the task that runs it.");
        }

        DropGuard();
        _status = CoroutineStatus.Done;
        _slot = ExceptionDispatchInfo.Capture(new InvalidOperationException($"coroutine '{MethodName}' was closed before it was awaited."));
    }

    /// <summary>Method and state, for people.</summary>
    public override string ToString() => $"<coroutine {MethodName} {_status switch
    {
        CoroutineStatus.Created => "not started",
        CoroutineStatus.Running => "running",
        CoroutineStatus.Suspended => "suspended",
        _ => "done",
    }}>";

    LoopFuture ILoopAwaitable.ToFuture(EventLoop loop) => MakeTask(loop, null);

    /// <summary>A task of the right type for this coroutine.</summary>
    internal virtual LoopTask MakeTask(EventLoop loop, TaskOptions? options) => loop.CreateTask(this, options);

    /// <summary>Runs the method up to its next suspension or its end.</summary>
    private protected abstract void MoveNext();

    /// <summary>Lets go of the method's locals, once it is done: whoever keeps the coroutine for its outcome must not keep them.</summary>
    internal virtual void DropLocals()
    {
    }

    /// <summary>Keeps an unstarted coroutine from vanishing unnoticed. Called at most once, right after it was made.</summary>
    internal void Guard(NeverAwaited guard) => _slot = guard;

    /// <summary>Claims the right to start it.</summary>
    /// <exception cref="InvalidOperationException">Somebody has claimed it before.</exception>
    internal void Claim()
    {
        if (_status != CoroutineStatus.Created)
        {
            ThrowUsed();
        }

        DropGuard();
        _status = CoroutineStatus.Running;
    }

    /// <summary>Runs it from an await expression, inside the current task. False: it is not done; the awaiting code must suspend.</summary>
    internal bool StartInline()
    {
        // Without a task, or with the stack nearly used up, whoever suspends on it will have it started: see LoopTask.
        // Without a loop this must throw here, where the awaiting method can still catch it.
        if (_status != CoroutineStatus.Created)
        {
            ThrowUsed();
        }

        EventLoop loop = RunningLoop.Required;
        if (loop.CurrentTask is null || !loop.HasStack())
        {
            return false;
        }

        DropGuard();
        _status = CoroutineStatus.Running;
        if (loop.IsInDefaultContext)
        {
            MoveNext();
            loop.SwitchContext(null);
        }
        else
        {
            MoveNextAndComeBack();
        }

        return _status == CoroutineStatus.Done;
    }

    /// <summary>Goes on where it was suspended, or begins. The caller has switched to its context.</summary>
    internal void Resume()
    {
        _slot = null;
        _status = CoroutineStatus.Running;
        MoveNext();
    }

    /// <summary>Remembers what to go on in. Called from inside the running method, where the slot is empty.</summary>
    internal void Suspend(EventLoop loop)
    {
        if (loop.CaptureContext() is { } context)
        {
            _slot = context;
        }

        _status = CoroutineStatus.Suspended;
    }

    /// <summary>Sets the context to begin in; for a task that will start it in a later step.</summary>
    internal void PrepareToStart(ExecutionContext? context)
    {
        _slot = context;
        _status = CoroutineStatus.Suspended;
    }

    internal void Succeed() => _status = CoroutineStatus.Done;

    internal void Fail(Exception exception)
    {
        _slot = ExceptionDispatchInfo.Capture(exception);
        _status = CoroutineStatus.Done;
    }

    /// <summary>Throws what it failed with. It must be done.</summary>
    internal void ThrowUnlessSucceeded()
    {
        if (_slot is not null)
        {
            ThrowFault();
        }
    }

    private void MoveNextAndComeBack()
    {
        ExecutionContext? callers = ExecutionContext.Capture();
        MoveNext();

        // Null: the caller suppressed the flow. Then there is nothing to go back to that would not undo that as well.
        if (callers is not null)
        {
            AmbientContext.Switch(callers);
        }
    }

    private void ThrowUsed() => throw new InvalidOperationException(IsDone
        ? $"Cannot reuse {this}: it was awaited already. Call the method again for a new one."
        : $"{this} is being awaited already. Make a task of it to wait for it in several places.");

    private void ThrowFault()
    {
        Debug.Assert(IsDone, "Only a coroutine that is done has an outcome.");
        Fault!.Throw();
    }

    private void DropGuard()
    {
        if (_slot is not null)
        {
            Unsafe.As<NeverAwaited>(_slot).Disarm();
            _slot = null;
        }
    }
}

/// <summary>A <see cref="Coroutine"/> with a result.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
[AsyncMethodBuilder(typeof(CoroutineMethodBuilder<>))]
public abstract class Coroutine<T> : Coroutine, ILoopAwaitable<T>
{
    private protected Coroutine()
    {
    }

    /// <summary>Set when it succeeds.</summary>
    internal T Result { get; private protected set; } = default!;

    /// <summary>Makes the coroutine awaitable, once.</summary>
    /// <returns>The awaiter.</returns>
    public new CoroutineAwaiter<T> GetAwaiter() => new(this);

    T ILoopAwaitable<T>.TakeResult()
    {
        ThrowUnlessSucceeded();
        return Result;
    }

    internal override LoopTask MakeTask(EventLoop loop, TaskOptions? options) => loop.CreateTask(this, options);

    internal void Succeed(T result)
    {
        Result = result;
        Succeed();
    }
}

/// <summary>The life of a coroutine, in order; Running and Suspended alternate.</summary>
internal enum CoroutineStatus : byte
{
    Created,
    Running,
    Suspended,
    Done,
}
