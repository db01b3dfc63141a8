namespace Bridge;

/// <summary>What <see cref="EventLoop.Every(TimeSpan, Func{CancellationToken, Coroutine}, MissedTicks, TickFailure)"/> does after a tick that threw. The exception handler hears of it in either case.</summary>
public enum TickFailure
{
    /// <summary>The next tick comes at its time.</summary>
    Continue,

    /// <summary>No further tick comes.</summary>
    Stop,
}
