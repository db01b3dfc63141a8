namespace Bridge.Interleaving;

/// <summary>A few threads, the objects they share, and what must hold. Made anew for each schedule.</summary>
/// <remarks>
/// What only the model itself shares (logs, counters) needs no protection and no marks, because one thread runs at a time.
/// A model must do the same under the same schedule: no time, no random numbers.
/// </remarks>
internal abstract class Model
{
    private readonly List<(string Name, Action Body)> _threads = [];

    internal IReadOnlyList<(string Name, Action Body)> Threads => _threads;

    /// <summary>Called when all threads have ended. Throws if something is wrong.</summary>
    internal abstract void CheckAtEnd();

    protected void AddThread(string name, Action body) => _threads.Add((name, body));

    /// <summary>Stops this thread until the condition holds, which must be a look at the model's own fields. A run in which all wait fails.</summary>
    protected static void WaitUntil(Func<bool> condition) => ScheduledRun.WaitUntil(condition);

    protected static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new ModelException(rule);
        }
    }
}
