using Nito.AsyncEx;

namespace Bridge.Benchmarks.Worlds;

/// <summary>Where plain <c>async Task</c> code runs: a body written once is measured in each of these.</summary>
public abstract class TaskWorld : IDisposable
{
    /// <summary>Runs the body to its end; the calling thread waits, and in single-thread worlds is the one that runs it.</summary>
    public abstract void Run(Func<Task> body);

    public virtual void Dispose()
    {
    }
}

/// <summary>The .NET thread pool: no context, continuations run on whichever pool thread is free.</summary>
public sealed class PoolWorld : TaskWorld
{
    public override void Run(Func<Task> body) => Task.Run(body).GetAwaiter().GetResult();
}

/// <summary>Nito's AsyncContext on the calling thread.</summary>
public sealed class NitoWorld : TaskWorld
{
    public override void Run(Func<Task> body) => AsyncContext.Run(body);
}

/// <summary>The barest single-thread context there can be; see <see cref="RingContext"/>.</summary>
public sealed class RingWorld : TaskWorld
{
    private readonly RingContext _context = new();

    public override void Run(Func<Task> body) => _context.Run(body);

    public override void Dispose() => _context.Dispose();
}
