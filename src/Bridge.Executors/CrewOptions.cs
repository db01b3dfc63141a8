namespace Bridge.Executors;

/// <summary>What kind of threads a <see cref="WorkerCrew"/> has.</summary>
internal sealed class CrewOptions
{
    internal required int MaxThreads { get; init; }

    /// <summary>The name of the thread in a slot, counted from 0.</summary>
    internal required Func<int, string> ThreadName { get; init; }

    /// <summary>How long an idle thread waits before it ends, in milliseconds; -1: for ever.</summary>
    internal int IdleMilliseconds { get; init; } = Timeout.Infinite;

    internal ThreadPriority Priority { get; init; } = ThreadPriority.Normal;

    internal ApartmentState Apartment { get; init; } = ApartmentState.Unknown;
}
