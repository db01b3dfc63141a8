using System.Globalization;

namespace Bridge;

/// <summary>A deadline around a block of code: given to the body of <see cref="LoopTask.Timeout(TimeSpan?, Func{TimeoutScope, Coroutine})"/>.</summary>
/// <remarks>Threads: the loop's. Source: asyncio's <c>Timeout</c>.</remarks>
public sealed class TimeoutScope
{
    private static readonly Action<object?> s_onTimeout = static scope => ((TimeoutScope)scope!).OnTimeout();

    private readonly LoopTask _task;
    private readonly EventLoop _loop;

    /// <summary>The task's cancel requests when the scope began; more at its end mean that others, too, want the task to stop.</summary>
    private readonly int _requestsBefore;

    /// <summary>One of the two is armed while the scope is active and has a deadline: a timer, or a callback for one in the past.</summary>
    private TimerHandle _timer;
    private Handle _callback;

    private TimeoutScope(LoopTask task)
    {
        _task = task;
        _loop = task.Loop;
        _requestsBefore = task.DeliveredRequests;
    }

    /// <summary>The deadline on the loop's clock (<see cref="EventLoop.Now"/>); null if there is none.</summary>
    public TimeSpan? When { get; private set; }

    /// <summary>Where the scope is in its life.</summary>
    public TimeoutState State { get; private set; }

    /// <summary>Whether the deadline has passed before the body ended.</summary>
    public bool Expired => State is TimeoutState.Expiring or TimeoutState.Expired;

    /// <summary>Moves the deadline.</summary>
    /// <param name="when">A point on the loop's clock (<c>loop.Now + ...</c>); one that has passed takes effect in the next turn. Null: no deadline.</param>
    /// <exception cref="InvalidOperationException">The scope has expired or ended, or the loop runs on another thread.</exception>
    /// <remarks>Source: <c>Timeout.reschedule</c>.</remarks>
    public void Reschedule(TimeSpan? when)
    {
        _loop.AssertLoopThread();
        if (State != TimeoutState.Active)
        {
            throw new InvalidOperationException($"Cannot change state of {StateName} Timeout. Reschedule it before its deadline, inside its body.");
        }

        Disarm();
        When = when;
        if (when is not { } deadline)
        {
            return;
        }

        if (deadline <= _loop.Now)
        {
            // Through the ready queue, not as a timer: it must run before what the body queues next.
            _callback = _loop.CallSoon(s_onTimeout, this);
        }
        else
        {
            _timer = _loop.CallAt(deadline, s_onTimeout, this);
        }
    }

    /// <summary>State and deadline, for people.</summary>
    public override string ToString() => State != TimeoutState.Active
        ? $"<Timeout [{StateName}]>"
        : string.Create(CultureInfo.InvariantCulture, $"<Timeout [active] when={When?.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) ?? "none"}>");

    internal static async Coroutine Run(TimeSpan? time, bool isDelay, Func<TimeoutScope, Coroutine> body)
    {
        TimeoutScope scope = Enter(await new OwnTask(), time, isDelay);
        try
        {
            await (body(scope) ?? throw new InvalidOperationException(Messages.BodyGaveNothing));
        }
        catch (Exception exception)
        {
            scope.ExitFailed(exception);
            throw;
        }

        scope.Exit();
    }

    internal static async Coroutine<T> Run<T>(TimeSpan? time, bool isDelay, Func<TimeoutScope, Coroutine<T>> body)
    {
        TimeoutScope scope = Enter(await new OwnTask(), time, isDelay);
        T result;
        try
        {
            result = await (body(scope) ?? throw new InvalidOperationException(Messages.BodyGaveNothing));
        }
        catch (Exception exception)
        {
            scope.ExitFailed(exception);
            throw;
        }

        scope.Exit();
        return result;
    }

    private string StateName => State switch
    {
        TimeoutState.Active => "active",
        TimeoutState.Expiring => "expiring",
        TimeoutState.Expired => "expired",
        _ => "finished",
    };

    private static TimeoutScope Enter(LoopTask task, TimeSpan? time, bool isDelay)
    {
        var scope = new TimeoutScope(task);
        scope.Reschedule(isDelay ? DeadlineAfter(time, task.Loop) : time);
        return scope;
    }

    /// <summary>A delay that reaches beyond the end of the clock is no deadline.</summary>
    private static TimeSpan? DeadlineAfter(TimeSpan? delay, EventLoop loop)
    {
        TimeSpan now = loop.Now;
        return delay is { } span && span <= TimeSpan.MaxValue - now ? (span < TimeSpan.Zero ? now : now + span) : null;
    }

    private void OnTimeout()
    {
        State = TimeoutState.Expiring;
        _task.Cancel();
    }

    /// <summary>The body ended. True: it was asked to by this scope, and by nobody else.</summary>
    private bool Exit()
    {
        Disarm();
        if (State != TimeoutState.Expiring)
        {
            State = TimeoutState.Finished;
            return false;
        }

        State = TimeoutState.Expired;
        return _task.TakeBackRequest(_requestsBefore);
    }

    private void ExitFailed(Exception exception)
    {
        if (Exit() && exception is OperationCanceledException)
        {
            throw new TimeoutException(
                string.Create(CultureInfo.InvariantCulture, $"The deadline passed, at {When?.TotalSeconds:0.###} s of the loop's clock, before the code was done."),
                exception);
        }
    }

    private void Disarm()
    {
        _timer.Cancel();
        _callback.Cancel();
        _timer = default;
        _callback = default;
    }
}
