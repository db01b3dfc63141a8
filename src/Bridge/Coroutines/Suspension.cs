using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>What happens when a coroutine's await has to wait: tells the current task where it stopped and what for.</summary>
/// <remarks>
/// Nothing is registered with what is awaited yet; as in asyncio the wait travels up to the task, which registers when its step has
/// unwound. Only foreign awaitables are registered here, because only here their awaiter is at hand.
/// The type tests are constants to the JIT, so each await compiles to its one branch.
/// </remarks>
internal static class Suspension
{
    internal static void On<TAwaiter>(Coroutine coroutine, ref TAwaiter awaiter)
        where TAwaiter : INotifyCompletion
    {
        if (!TryOnOurs(coroutine, ref awaiter))
        {
            ForeignWait wait = CurrentTask.SuspendOnForeign(coroutine, AwaiterOf<TAwaiter>.IsOfValueTask);
            SynchronizationContext? outer = HideOwnContext();
            try
            {
                awaiter.OnCompleted(wait.Resume);
                wait.Task.KeepOrReplace(wait);
            }
            catch
            {
                wait.Disarm();
                throw;
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(outer);
            }
        }
    }

    internal static void UnsafeOn<TAwaiter>(Coroutine coroutine, ref TAwaiter awaiter)
        where TAwaiter : ICriticalNotifyCompletion
    {
        if (!TryOnOurs(coroutine, ref awaiter))
        {
            ForeignWait wait = CurrentTask.SuspendOnForeign(coroutine, AwaiterOf<TAwaiter>.IsOfValueTask);
            SynchronizationContext? outer = HideOwnContext();
            try
            {
                awaiter.UnsafeOnCompleted(wait.Resume);
                wait.Task.KeepOrReplace(wait);
            }
            catch
            {
                wait.Disarm();
                throw;
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(outer);
            }
        }
    }

    /// <summary>
    /// Keeps an awaiter from bringing the continuation back through our own context: it comes back by itself, in one hop, without the
    /// allocations of that way. Not if the loop's options want that way, nor when the loop runs inside a job of a task scheduler: the awaiter would pick that scheduler
    /// instead, which may have no other thread than the loop's.
    /// </summary>
    private static SynchronizationContext? HideOwnContext()
    {
        SynchronizationContext? outer = SynchronizationContext.Current;
        if (ReferenceEquals(TaskScheduler.Current, TaskScheduler.Default) && !RunningLoop.Required.AwaitsThroughContext)
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }

        return outer;
    }

    private static LoopTask CurrentTask => RunningLoop.Required.CurrentTask!;

    /// <summary>Whether an awaiter is .NET's of a ValueTask, which hands the callback to one source and to nobody else.</summary>
    private static class AwaiterOf<TAwaiter>
    {
        internal static readonly bool IsOfValueTask = typeof(TAwaiter) == typeof(ValueTaskAwaiter)
            || typeof(TAwaiter) == typeof(ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter)
            || (typeof(TAwaiter).IsGenericType && typeof(TAwaiter).GetGenericTypeDefinition() is { } definition
                && (definition == typeof(ValueTaskAwaiter<>) || definition == typeof(ConfiguredValueTaskAwaitable<>.ConfiguredValueTaskAwaiter)));
    }

    /// <summary>Awaitables of this library. Most of their awaiters have one field, a reference, which is read in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryOnOurs<TAwaiter>(Coroutine coroutine, ref TAwaiter awaiter)
    {
        if (default(TAwaiter) is null)
        {
            return false;
        }

        if (awaiter is IFutureAwaiter)
        {
            LoopFuture future = Unsafe.As<TAwaiter, LoopFuture>(ref awaiter);
            future.Loop.CurrentTask!.SuspendOn(coroutine, future);
            return true;
        }

        if (awaiter is ICoroutineAwaiter)
        {
            OnChild(coroutine, Unsafe.As<TAwaiter, Coroutine>(ref awaiter));
            return true;
        }

        if (awaiter is IOperationAwaiter)
        {
            // A cast in the call itself, which the JIT resolves without boxing; this is the waiting path anyway.
            OnChild(coroutine, ((IOperationAwaiter)awaiter).Started);
            return true;
        }

        if (awaiter is IWorkAwaiter)
        {
            CurrentTask.SuspendOn(coroutine, Unsafe.As<TAwaiter, LoopWork>(ref awaiter));
            return true;
        }

        if (typeof(TAwaiter) == typeof(LoopYieldAwaiter))
        {
            Unsafe.As<TAwaiter, EventLoop>(ref awaiter).CurrentTask!.SuspendOn(coroutine, YieldWait.Instance);
            return true;
        }

        if (typeof(TAwaiter) == typeof(OwnTaskAwaiter))
        {
            Unsafe.As<TAwaiter, EventLoop>(ref awaiter).CurrentTask!.SuspendOn(coroutine, StartWait.Instance);
            return true;
        }

        if (typeof(TAwaiter) == typeof(YieldAwaitable.YieldAwaiter))
        {
            // Task.Yield() without a context would travel through the thread pool.
            CurrentTask.SuspendOn(coroutine, YieldWait.Foreign);
            return true;
        }

        return false;
    }

    private static void OnChild(Coroutine parent, Coroutine child)
    {
        EventLoop loop = RunningLoop.Required;
        child.Parent = parent;
        parent.Suspend(loop);
        if (child.IsCreated)
        {
            // It could not be started inline, the stack being short: the task starts it once this stack has unwound.
            child.Claim();
            child.PrepareToStart(loop.CaptureContext());
            loop.CurrentTask!.StartInStep(child);
        }
    }
}

/// <summary>What a task that yielded waits for: the next turn.</summary>
internal sealed class YieldWait : LoopWork
{
    internal static readonly YieldWait Instance = new(canThrow: true);

    /// <summary>Of Task.Yield(), whose awaiter is not ours.</summary>
    internal static readonly YieldWait Foreign = new(canThrow: false);

    private YieldWait(bool canThrow) => CanThrowOnResume = canThrow;

    internal override bool CanThrowOnResume { get; }

    internal override void Run() => throw new InvalidOperationException("A yield is not run.");

    internal override void WakeWhenDone(LoopWork waiter, EventLoop loop) => loop.EnqueueHere(waiter, waiter.RunContext);
}

/// <summary>What a task waits for whose next coroutine has to be started, or go on (<see cref="OwnTask"/>), on a fresh stack.</summary>
internal sealed class StartWait : LoopWork
{
    internal static readonly StartWait Instance = new();

    /// <summary>The method that starts has not reached an await yet.</summary>
    internal override bool CanThrowOnResume => false;

    internal override void Run() => throw new InvalidOperationException("A start is not run.");

    internal override void WakeWhenDone(LoopWork waiter, EventLoop loop) => loop.EnqueueHere(waiter, waiter.RunContext);
}
