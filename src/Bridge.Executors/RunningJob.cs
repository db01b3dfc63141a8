namespace Bridge.Executors;

/// <summary>A job that an executor is running, as seen at one moment.</summary>
public sealed class RunningJob
{
    /// <summary>Creates the description.</summary>
    /// <param name="name">The job's name; null if it has none.</param>
    /// <param name="threadName">The name of the thread that runs it; null if it has none.</param>
    /// <param name="threadId">Its <see cref="Thread.ManagedThreadId"/>.</param>
    /// <param name="age">How long it has been running.</param>
    /// <param name="submitSite">The stack at submission, or null if <see cref="Executor.CaptureSubmitSites"/> was off then.</param>
    public RunningJob(string? name, string? threadName, int threadId, TimeSpan age, string? submitSite)
    {
        Name = name;
        ThreadName = threadName;
        ThreadId = threadId;
        Age = age;
        SubmitSite = submitSite;
    }

    /// <summary>Gets the job's name: the one given at submission, else that of its method; null if it has none.</summary>
    public string? Name { get; }

    /// <summary>Gets the name of the thread that runs it; null if it has none.</summary>
    public string? ThreadName { get; }

    /// <summary>Gets the <see cref="Thread.ManagedThreadId"/> of the thread that runs it.</summary>
    public int ThreadId { get; }

    /// <summary>Gets how long it has been running, to within some milliseconds.</summary>
    public TimeSpan Age { get; }

    /// <summary>Gets the stack at submission; null if <see cref="Executor.CaptureSubmitSites"/> was off then.</summary>
    public string? SubmitSite { get; }

    /// <summary>Describes the job in one line, and below it the submit site if there is one.</summary>
    /// <returns>Text for a report.</returns>
    public override string ToString()
    {
        string line = $"'{Name ?? "(unnamed)"}' on thread {ThreadId} '{ThreadName}' for {Age.TotalSeconds:F1} s";
        return SubmitSite is null ? line : $"{line}, submitted{Environment.NewLine}{SubmitSite}";
    }
}
