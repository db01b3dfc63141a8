namespace Bridge;

/// <summary>What <see cref="EventLoop.Every(TimeSpan, Func{CancellationToken, Coroutine}, MissedTicks, TickFailure)"/> does about ticks whose time came while the one before still ran, or the loop was busy.</summary>
public enum MissedTicks
{
    /// <summary>They are left out; the next tick comes at its own time.</summary>
    Skip,

    /// <summary>All of them follow at once, one after the other.</summary>
    CatchUp,

    /// <summary>One tick follows at once for all of them; the next comes at its own time.</summary>
    Coalesce,
}
