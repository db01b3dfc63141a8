namespace Bridge.Executors;

/// <summary>What a <see cref="WorkerCrew"/> asks of the executor it works for. Called on worker threads, with no lock held.</summary>
internal interface ICrewOwner
{
    /// <summary>Sets a new worker thread up. If it throws, the crew breaks.</summary>
    void SetUpWorker();

    /// <summary>The last thing a worker that was set up does. What it throws is reported.</summary>
    void TearDownWorker();

    /// <summary>Makes the exception that queued and later jobs get once the crew is broken.</summary>
    BrokenExecutorException Broken(string reason, Exception cause);
}
