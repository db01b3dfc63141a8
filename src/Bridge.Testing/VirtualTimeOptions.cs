namespace Bridge.Testing;

/// <summary>Settings of a <see cref="VirtualTimeLoop"/>. Everything is optional.</summary>
public sealed record VirtualTimeOptions
{
    /// <summary>What the clock shows at first. Null: the beginning of the year 2000, UTC.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>
    /// How long one run, or the winding up, may take in real time before it ends with a <see cref="StuckException"/>: also one that waits for an executor or
    /// for I/O, and one that goes on and on. Looked at between callbacks. Default 30 s; <see cref="Timeout.InfiniteTimeSpan"/>: for ever. No limit holds under a debugger.
    /// </summary>
    public TimeSpan RealTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long, in real time, to wait for a post from another thread when nothing else could get the scenario on. Then it ends with a <see cref="StuckException"/>.
    /// Default 5 s, for work in .NET's pool that nobody holds the clock for, on a busy machine too; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.
    /// </summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long, in real time, nothing must happen before the clock moves. Default zero: every jump is free. A few milliseconds are for scenarios that go
    /// through .NET's pool where nobody can hold the clock, such as a library that awaits a cancelled <c>Task.Delay</c>; each jump then takes that long.
    /// </summary>
    public TimeSpan QuietTime { get; init; }

    /// <summary>
    /// Whether the clock moves while sockets, pipes or processes are watched but none is ready. Default false: they may have something to say at any moment
    /// of real time, so no timeout passes meanwhile. True is for tests whose both ends are on this loop: there, what was sent is found before the clock moves.
    /// </summary>
    public bool AdvancesDuringIO { get; init; }

    /// <summary>Names the loop in errors and reports. Default: <c>loop-N</c>.</summary>
    public string? Name { get; init; }

    /// <summary>Debug mode of the loop, as in <see cref="EventLoopOptions.Debug"/>.</summary>
    public bool? Debug { get; init; }
}
