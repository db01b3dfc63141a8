using System.Runtime.ExceptionServices;

namespace Bridge;

/// <summary>How one awaited thing without a result ended: <see cref="LoopTask.GatherSettled(IEnumerable{ILoopAwaitable})"/>.</summary>
/// <remarks>Any thread. Source: an element of <c>asyncio.gather(..., return_exceptions=True)</c>.</remarks>
public readonly record struct Settled
{
    internal Settled(LoopFuture done) => Exception = FailureOf(done);

    /// <summary>Whether it ended without an exception.</summary>
    public bool IsSuccess => Exception is null;

    /// <summary>Whether it failed; a cancellation is not a failure.</summary>
    public bool IsFaulted => Exception is not null and not OperationCanceledException;

    /// <summary>Whether it was cancelled.</summary>
    public bool IsCancelled => Exception is OperationCanceledException;

    /// <summary>What it ended with; null if it succeeded.</summary>
    public Exception? Exception { get; }

    /// <summary>The exception's type and message, or "success", for people.</summary>
    public override string ToString() => Exception is null ? "success" : $"{Exception.GetType().Name}: {Exception.Message}";

    /// <summary>The failure or cancellation of a future that is done, marked as seen; null if it succeeded.</summary>
    internal static Exception? FailureOf(LoopFuture done)
    {
        if (done.IsCancelled)
        {
            return done.MakeCancelledException();
        }

        done.SuppressUnobserved();
        return done.PeekException;
    }
}

/// <summary>How one awaited thing ended: <see cref="LoopTask.GatherSettled{T}(IEnumerable{ILoopAwaitable{T}})"/>.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
/// <remarks>Any thread. Source: an element of <c>asyncio.gather(..., return_exceptions=True)</c>.</remarks>
public readonly record struct Settled<T>
{
    private readonly T _result;

    internal Settled(LoopFuture done)
    {
        Exception = Settled.FailureOf(done);
        _result = Exception is null ? ((ILoopAwaitable<T>)done).TakeResult() : default!;
    }

    /// <summary>Whether it has a result.</summary>
    public bool IsSuccess => Exception is null;

    /// <summary>Whether it failed; a cancellation is not a failure.</summary>
    public bool IsFaulted => Exception is not null and not OperationCanceledException;

    /// <summary>Whether it was cancelled.</summary>
    public bool IsCancelled => Exception is OperationCanceledException;

    /// <summary>What it ended with; null if it succeeded.</summary>
    public Exception? Exception { get; }

    /// <summary>The result.</summary>
    /// <remarks>Throws <see cref="Exception"/>, the very object, if there is one.</remarks>
    public T Result
    {
        get
        {
            if (Exception is not null)
            {
                ExceptionDispatchInfo.Throw(Exception);
            }

            return _result;
        }
    }

    /// <summary>The result, or the exception's type and message, for people.</summary>
    public override string ToString() => Exception is null ? $"{_result}" : $"{Exception.GetType().Name}: {Exception.Message}";
}
