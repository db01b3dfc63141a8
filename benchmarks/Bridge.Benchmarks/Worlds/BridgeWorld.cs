namespace Bridge.Benchmarks.Worlds;

/// <summary>A loop of ours, run by the measuring thread.</summary>
/// <param name="options">Null: those a user gets who asks for none, and not in debug mode whatever the environment says.</param>
public sealed class BridgeWorld(EventLoopOptions? options = null) : IDisposable
{
    public SelectorEventLoop Loop { get; } = new(options: options ?? new EventLoopOptions { Name = "benchmark", Debug = false })
    {
        // In debug mode a whole run may be one step of a task; that it is long is no news.
        SlowCallbackDuration = TimeSpan.MaxValue,
    };

    public void Run(Func<Coroutine> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Loop.RunUntilComplete(body());
    }

    /// <summary>Runs the loop; the first callback gets it going, something in it calls Stop.</summary>
    public void Run(Action first)
    {
        Loop.CallSoon(first);
        Loop.RunForever();
    }

    public void Dispose() => Loop.Dispose();
}
