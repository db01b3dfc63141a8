namespace Bridge;

/// <summary>How a <see cref="Runner"/> makes and treats its loop. Everything is optional.</summary>
public sealed record RunnerOptions
{
    /// <summary>Debug mode of the loop. Null: as the loop has it.</summary>
    public bool? Debug { get; init; }

    /// <summary>Makes the loop, which the runner from then on owns and closes. Null: a <see cref="SelectorEventLoop"/>, also installed as the thread's current one.</summary>
    public Func<EventLoop>? LoopFactory { get; init; }

    /// <summary>
    /// Whether Ctrl-C (SIGINT) cancels the main code instead of ending the process. Null: on foreground threads, such as the
    /// program's main one, and not on background ones, such as the thread pool's.
    /// </summary>
    public bool? HandleInterrupt { get; init; }

    /// <summary>
    /// How long closing waits for calls that still run on the default executor: zero up to about 24 days. Default 300 s, as in asyncio. What
    /// runs on after that is reported and left alone; it does not keep the process alive.
    /// </summary>
    public TimeSpan ExecutorShutdownTimeout { get; init; } = DefaultExecutorShutdownTimeout;

    /// <summary>asyncio's.</summary>
    internal static TimeSpan DefaultExecutorShutdownTimeout { get; } = TimeSpan.FromSeconds(300);
}
