namespace Bridge;

/// <summary>Work of a loop that shows outside it as a .NET task: who blocks the loop thread for such a task waits for ever.</summary>
internal interface IOwnWork
{
    /// <summary>The task, if there is one.</summary>
    Task? Shown { get; }

    /// <summary>What it is, for errors.</summary>
    string Describe();
}

/// <summary>What was found of such work: a task that cannot end unless the loop runs, and how to call it.</summary>
internal readonly record struct DependentTask(Task Task, string Description);
