using System.Threading.Tasks.Sources;
using Bridge.Executors;

namespace Bridge;

/// <summary>Code that is no task of ours and awaits a <see cref="LoopValueSource{T}"/>: what to call, and where; and the token of the operation. Loop thread.</summary>
internal sealed class ValueTaskContinuation
{
    private Action<object?>? _continuation;
    private object? _state;
    private ExecutionContext? _context;

    /// <summary>Where the continuation has to run, if that is not this loop.</summary>
    private object? _scheduler;

    /// <summary>Whoever awaits said ConfigureAwait(false).</summary>
    private bool _isContextFree;
    private CancellationTokenRegistration _token;

    internal bool IsSet => _continuation is not null;

    internal CancellationTokenRegistration Token
    {
        set => _token = value;
    }

    internal void Set(EventLoop loop, Action<object?> continuation, object? state, ValueTaskSourceOnCompletedFlags flags)
    {
        _continuation = continuation;
        _state = state;
        _context = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0 ? AmbientContext.Capture() : null;
        _isContextFree = (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) == 0;
        _scheduler = _isContextFree ? null : FindScheduler(loop);
    }

    /// <summary>Waits for the token's callback, if that is under way.</summary>
    internal void ForgetToken()
    {
        Interrupts.Defer(_token, static token => token.Dispose());
        _token = default;
    }

    /// <summary>Calls the continuation, if there is one by now; then it is free for the next.</summary>
    internal void Call(EventLoop loop)
    {
        if (_continuation is not { } continuation)
        {
            return;
        }

        (object? state, object? scheduler, ExecutionContext? context) = (_state, _scheduler, _context);
        (_continuation, _state, _scheduler, _context) = (null, null, null, null);
        loop.SwitchContext(context);
        switch (scheduler)
        {
            case SynchronizationContext other:
                other.Post(continuation.Invoke, state);
                break;
            case TaskScheduler other:
                Task.Factory.StartNew(continuation, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach, other);
                break;
            default:
                CallHere(continuation, state);
                break;
        }
    }

    private void CallHere(Action<object?> continuation, object? state)
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

    private static object? FindScheduler(EventLoop loop)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        if (context is not null && context.GetType() != typeof(SynchronizationContext))
        {
            return ReferenceEquals(context, loop.SynchronizationContext) ? null : context;
        }

        return ReferenceEquals(TaskScheduler.Current, TaskScheduler.Default) ? null : TaskScheduler.Current;
    }
}
