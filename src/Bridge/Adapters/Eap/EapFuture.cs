using System.ComponentModel;

namespace Bridge;

/// <summary>One call of a component that tells its end by an event: its own handler, which knows its own event.</summary>
internal sealed class EapFuture<TArgs> : ForeignFuture<TArgs>
{
    private readonly Action<EventHandler<TArgs>> _remove;
    private readonly Action<object>? _cancel;
    private readonly Func<object, TArgs, bool> _match;
    private readonly EventHandler<TArgs> _handler;

    /// <summary>What the component is given as the call's user state.</summary>
    private readonly object _id = new();

    private EapFuture(EventLoop loop, Action<EventHandler<TArgs>> remove, Action<object>? cancel, Func<object, TArgs, bool> match)
        : base(loop)
    {
        _remove = remove;
        _cancel = cancel;
        _match = match;
        _handler = OnEvent;
    }

    internal static EapFuture<TArgs> Start(
        EventLoop loop,
        (Action<EventHandler<TArgs>> Add, Action<EventHandler<TArgs>> Remove) @event,
        Action<object> start,
        Action<object>? cancel,
        Func<object, TArgs, bool> match,
        CancellationToken token)
    {
        var future = new EapFuture<TArgs>(loop, @event.Remove, cancel, match);
        if (!future.IsCancelledBefore(token))
        {
            future.Begin(@event.Add, start, token);
        }

        return future;
    }

    /// <summary>The default match: by the user state of the arguments.</summary>
    internal static bool IsOfCall(object id, TArgs args)
        => args is AsyncCompletedEventArgs completed ? ReferenceEquals(completed.UserState, id) : throw new InvalidOperationException(Messages.EapNeedsMatch);

    private protected override void LetGo() => _remove(_handler);

    private protected override void GiveUp()
    {
        try
        {
            _remove(_handler);
        }
        finally
        {
            _cancel?.Invoke(_id);
        }
    }

    private void Begin(Action<EventHandler<TArgs>> add, Action<object> start, CancellationToken token)
    {
        // Before anything is hooked: if there is no handler, there is none to remove.
        add(_handler);
        Hook(token);
        try
        {
            start(_id);
        }
        catch (Exception exception)
        {
            FailToStart(exception, Messages.StartFailedLate);
        }
    }

    /// <summary>On whatever thread raises the event. Nothing is thrown at the component.</summary>
    private void OnEvent(object? sender, TArgs args)
    {
        Outcome<TArgs> outcome;
        try
        {
            if (!_match(_id, args))
            {
                return;
            }

            outcome = OutcomeOf(args);
        }
        catch (Exception exception)
        {
            outcome = Outcome<TArgs>.Failed(exception);
        }

        if (TryClaim())
        {
            ComeBack(outcome);
        }
    }

    private static Outcome<TArgs> OutcomeOf(TArgs args) => args switch
    {
        AsyncCompletedEventArgs { Cancelled: true } => Outcome<TArgs>.Cancelled(new LoopCanceledException(Messages.EapCancelled)),
        AsyncCompletedEventArgs { Error: { } error } => Outcome<TArgs>.Failed(error),
        _ => Outcome<TArgs>.Of(args),
    };
}
