using System.Runtime.ExceptionServices;
using Bridge.Executors;

namespace Bridge;

/// <summary>What crosses a border: a result, a failure with its frames, or a cancellation with its message and token.</summary>
internal readonly struct Outcome<T>
{
    private readonly ExceptionDispatchInfo? _fault;

    private Outcome(T result, ExceptionDispatchInfo? fault, OperationCanceledException? cancellation)
    {
        Result = result;
        _fault = fault;
        Cancellation = cancellation;
    }

    internal T Result { get; }

    internal ExceptionDispatchInfo? Fault => _fault;

    /// <summary>Not null: cancelled.</summary>
    internal OperationCanceledException? Cancellation { get; }

    internal static Outcome<T> Of(T result) => new(result, null, null);

    internal static Outcome<T> Failed(Exception exception) => new(default!, ExceptionDispatchInfo.Capture(exception), null);

    internal static Outcome<T> Cancelled(OperationCanceledException cancellation) => new(default!, null, cancellation);

    /// <summary>Of a finished task. One fault stays itself, several stay an AggregateException; nothing is left unobserved.</summary>
    internal static Outcome<T> Of(Task<T> task)
        => task.IsCompletedSuccessfully ? Of(task.GetAwaiter().GetResult()) : OfUnsuccessful(task);

    internal static Outcome<T> Of(Task task)
        => task.IsCompletedSuccessfully ? Of(default(T)!) : OfUnsuccessful(task);

    /// <summary>Of a concurrent future that is done. Any thread.</summary>
    internal static Outcome<T> Of(ConcurrentFuture future)
    {
        try
        {
            if (future.GetException() is { } exception)
            {
                return Failed(exception);
            }

            return future is ConcurrentFuture<T> typed ? Of(typed.GetResult()) : Of(default(T)!);
        }
        catch (OperationCanceledException cancellation) when (future.IsCancelled)
        {
            return Cancelled(cancellation);
        }
    }

    /// <summary>Of a loop future that is done. Loop thread.</summary>
    internal static Outcome<T> Of(LoopFuture future)
    {
        if (future.IsCancelled)
        {
            return Cancelled(future.MakeCancelledException());
        }

        if (future.GetException() is { } exception)
        {
            return Failed(exception);
        }

        return future is ILoopAwaitable<T> typed ? Of(typed.TakeResult()) : Of(default(T)!);
    }

    /// <summary>Completes a task source; false if it was complete before.</summary>
    internal bool TryCopyTo(TaskCompletionSource<T> destination)
    {
        if (Cancellation is not null)
        {
            return destination.TrySetFromTask(ThrowAsync(Cancellation));
        }

        return _fault is not null ? destination.TrySetException(_fault.SourceException) : destination.TrySetResult(Result);
    }

    /// <summary>Completes a concurrent future; false if it was complete before.</summary>
    internal bool TryCopyTo(ConcurrentFuture<T> destination)
    {
        if (Cancellation is not null)
        {
            return destination.TrySetCanceled(Cancellation);
        }

        return _fault is not null ? destination.TrySetException(_fault.SourceException) : destination.TrySetResult(Result);
    }

    private static Outcome<T> OfUnsuccessful(Task task)
    {
        if (task.IsFaulted)
        {
            AggregateException all = task.Exception;
            return Failed(all.InnerExceptions.Count == 1 ? all.InnerExceptions[0] : all);
        }

        try
        {
            task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException cancellation)
        {
            return Cancelled(cancellation);
        }

        throw new InvalidOperationException("A cancelled task did not throw.");
    }

    // The one way to make a cancelled task that carries a given exception object: message, token and frames.
#pragma warning disable CS1998 // Completes synchronously on purpose.
    private static async Task<T> ThrowAsync(OperationCanceledException cancellation)
    {
        ExceptionDispatchInfo.Throw(cancellation);
        return default;
    }
#pragma warning restore CS1998
}
