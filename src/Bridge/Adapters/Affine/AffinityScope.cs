using Bridge.Executors;

namespace Bridge;

/// <summary>A piece of work, as a request, whose blocking calls share one thread: <c>using var scope = new AffinityScope(); ... await loop.RunAffine(Affinity.Scope, () => ...);</c></summary>
/// <remarks>
/// <para>It is part of the ambient context: what is called, awaited or started inside it finds it, on any loop and thread. Its thread starts with the first call.</para>
/// <para>Threads: any. No source in asyncio; asgiref has its <c>ThreadSensitiveContext</c>.</para>
/// </remarks>
public sealed class AffinityScope : IDisposable
{
    private static readonly AsyncLocal<AffinityScope?> s_current = new();

    private readonly AffinityScope? _outer;

    /// <summary>Begins a scope in the calling code, inside the one that is there.</summary>
    /// <param name="name">The name of its thread; null: <c>affinity-scope</c>.</param>
    public AffinityScope(string? name = null)
    {
        _outer = s_current.Value;
        Executor = new AffineExecutor(name ?? "affinity-scope");
        s_current.Value = this;
    }

    /// <summary>The innermost scope of the calling code, or null.</summary>
    public static AffinityScope? Current => s_current.Value;

    /// <summary>The scope's thread.</summary>
    public AffineExecutor Executor { get; }

    /// <summary>Ends the scope: its thread ends after the calls it has. Later calls throw. Does not wait; may be called again.</summary>
    public void Dispose()
    {
        if (ReferenceEquals(s_current.Value, this))
        {
            s_current.Value = _outer;
        }

        Executor.Shutdown(wait: false);
    }
}
