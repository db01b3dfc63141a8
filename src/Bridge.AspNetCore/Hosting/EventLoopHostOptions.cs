namespace Bridge.AspNetCore;

/// <summary>Settings of a loop that <c>services.AddEventLoop(name, ...)</c> makes. Checked when the application starts.</summary>
public sealed class EventLoopHostOptions
{
    /// <summary>How long the application waits, when it stops, for the loop's tasks to end after they were cancelled: zero to an hour, default 10 s. What is left then is logged and left alone.</summary>
    /// <remarks>The host's own shutdown time is a second limit, whichever comes first.</remarks>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of the loop's timers. Default: the one of the services, else <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <inheritdoc cref="EventLoopOptions.Debug"/>
    public bool? Debug { get; set; }

    /// <inheritdoc cref="EventLoopOptions.StrictPolling"/>
    public bool StrictPolling { get; set; }

    /// <inheritdoc cref="EventLoopOptions.MaximumSpin"/>
    public TimeSpan MaximumSpin { get; set; } = new EventLoopOptions().MaximumSpin;

    /// <inheritdoc cref="EventLoopOptions.MeasureTurns"/>
    public bool MeasureTurns { get; set; }

    /// <summary>Called once on the loop's own thread before it runs: a place to set its exception handler. What it throws fails the start of the application.</summary>
    public Action<EventLoop>? Initialize { get; set; }
}
