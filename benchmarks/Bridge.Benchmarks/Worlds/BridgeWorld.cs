namespace Bridge.Benchmarks.Worlds;

/// <summary>A loop of ours, run by the measuring thread.</summary>
public sealed class BridgeWorld : IDisposable
{
    /// <summary>The loop, with the options a user gets who asks for none.</summary>
    public SelectorEventLoop Loop { get; } = new(options: new EventLoopOptions { Name = "benchmark", Debug = false });

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
