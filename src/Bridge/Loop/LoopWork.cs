using System.ComponentModel;

namespace Bridge;

/// <summary>What the ready queue can run besides a delegate: a task's step, a future's callback. Not for use in user code.</summary>
/// <remarks>A virtual call on an object that exists anyway is what keeps waking a task free of closures.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class LoopWork
{
    private protected LoopWork()
    {
    }

    /// <summary>The ambient context to run in; null is the default one.</summary>
    internal virtual ExecutionContext? RunContext => null;

    /// <summary>Runs on the loop thread, once per time it was queued.</summary>
    internal abstract void Run();

    /// <summary>What an error report calls this callback.</summary>
    internal virtual string Describe() => ToString() ?? GetType().Name;

    /// <summary>Has the waiter queued when what it waits for is over. Loop thread.</summary>
    internal virtual void WakeWhenDone(LoopWork waiter, EventLoop loop)
    {
    }

    /// <summary>Whether the code that waited for this begins, when it goes on, with an awaiter of ours, which can throw a cancellation.</summary>
    internal virtual bool CanThrowOnResume => true;

    /// <summary>Adds the .NET tasks that cannot end before this has run. Loop thread.</summary>
    internal virtual void AddDependents(List<DependentTask> found)
    {
    }

    /// <summary>Asks what a task waits for to end early. True: it will wake the task as cancelled by itself.</summary>
    internal virtual bool CancelWait(string? message) => false;
}
