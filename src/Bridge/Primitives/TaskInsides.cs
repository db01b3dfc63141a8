using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Who waits for a .NET task: read from the task, because nothing public tells. Only ever read, and only when a thread is blocked already.</summary>
/// <remarks>
/// Private fields may go. Then <see cref="IsUsable"/> is false, nothing can be proved of plain tasks, and every wait follows the policy.
/// What was found was tried on .NET 10, and is tried once in each process before it is used.
/// </remarks>
internal static class TaskInsides
{
    /// <summary>Chains of tasks longer than this are given up: nothing is proved.</summary>
    private const int MostTasks = 10_000;

    private static readonly Type? s_awaitContinuation = Type.GetType("System.Threading.Tasks.AwaitTaskContinuation");

    /// <summary>Whether this runtime has the fields.</summary>
    internal static bool IsUsable { get; } = Try();

    /// <summary>Whether the task is that of a running <c>async Task</c> method.</summary>
    internal static bool IsAsyncMethod(Task task)
        => task.GetType().Name is var name && (name.StartsWith("AsyncStateMachineBox", StringComparison.Ordinal) || name.StartsWith("DebugFinalizableAsync", StringComparison.Ordinal));

    /// <summary>Collects what threads that block until <paramref name="task"/> is done wait on, directly or by way of other tasks that need it.</summary>
    internal static void CollectBlockers(Task task, List<ManualResetEventSlim> blockers)
    {
        if (!IsUsable)
        {
            return;
        }

        var seen = new HashSet<Task>();
        var left = new Stack<Task>();
        left.Push(task);
        while (left.TryPop(out Task? next) && seen.Count < MostTasks)
        {
            if (!next.IsCompleted && seen.Add(next))
            {
                Visit(ContinuationOf(next), blockers, left);
            }
        }
    }

    /// <summary>
    /// Whether the calling thread is the one that waits on the event, asked from inside that wait: the event's monitor is pulsed, which ends the
    /// wait of exactly those who are in it. Others find their event unset and wait on, as they must after any pulse.
    /// </summary>
    /// <param name="blocker">What some thread waits on.</param>
    /// <param name="isSignalled">Whether the handle that this thread waits on is signalled now; it was not before.</param>
    internal static bool IsWaitedOnHere(ManualResetEventSlim blocker, Func<bool> isSignalled)
    {
        if (LockOf(blocker) is not { } monitor)
        {
            return false;
        }

        lock (monitor)
        {
            Monitor.PulseAll(monitor);
        }

        return isSignalled();
    }

    private static void Visit(object? continuation, List<ManualResetEventSlim> blockers, Stack<Task> left)
    {
        switch (continuation)
        {
            case null:
                break;
            case ManualResetEventSlim blocker:
                blockers.Add(blocker);
                break;
            case List<object?> several:
                object?[] all;
                lock (several)
                {
                    all = [.. several];
                }

                foreach (object? one in all)
                {
                    Visit(one, blockers, left);
                }

                break;
            case Action action:
                Follow(action.Target as Task, left);
                break;
            case Task task:
                Follow(task, left);
                break;
            default:
                if (s_awaitContinuation is not null && s_awaitContinuation.IsInstanceOfType(continuation))
                {
                    Follow(ActionOf(continuation).Target as Task, left);
                }

                break;
        }
    }

    /// <summary>Goes on only to tasks that cannot end without the one before: of WhenAny, for one, that is not known.</summary>
    private static void Follow(Task? task, Stack<Task> left)
    {
        if (task is not null && (IsAsyncMethod(task)
            || (task.GetType().Name is var name && (name.StartsWith("WhenAllPromise", StringComparison.Ordinal) || name.StartsWith("UnwrapPromise", StringComparison.Ordinal)))))
        {
            left.Push(task);
        }
    }

    /// <summary>Sees the fields do what they are known for.</summary>
    private static bool Try()
    {
        try
        {
            var source = new TaskCompletionSource();
            using var blocker = new ManualResetEventSlim();
            bool works = ContinuationOf(source.Task) is null && LockOf(blocker) is null or not ValueType;
            Action continuation = static () => { };
            source.Task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(continuation);
            works &= ContinuationOf(source.Task) is not null;
            source.SetResult();
            return works && ContinuationOf(source.Task) is not Action;
        }
        catch (MissingFieldException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_continuationObject")]
    private static extern ref object? ContinuationOf(Task task);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_lock")]
    private static extern ref object? LockOf(ManualResetEventSlim blocker);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_action")]
    private static extern ref readonly Action ActionOf([UnsafeAccessorType("System.Threading.Tasks.AwaitTaskContinuation")] object continuation);
}
