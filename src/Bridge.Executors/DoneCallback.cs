namespace Bridge.Executors;

/// <summary>One done callback, linked into its future's ring.</summary>
internal sealed class DoneCallback
{
    private readonly Delegate _callback;
    private readonly object? _state;

    internal DoneCallback(Action<ConcurrentFuture> callback)
    {
        _callback = callback;
        Next = this;
    }

    internal DoneCallback(Action<ConcurrentFuture, object?> callback, object? state)
    {
        _callback = callback;
        _state = state;
        Next = this;
    }

    /// <summary>The callback added after this one; of the last one, the first. Written inside the future's gate.</summary>
    internal DoneCallback Next { get; set; }

    /// <summary>Runs the callback. What it throws is reported, so that the next one runs all the same.</summary>
    internal void Invoke(ConcurrentFuture future)
    {
        try
        {
            if (_callback is Action<ConcurrentFuture> plain)
            {
                plain(future);
            }
            else
            {
                ((Action<ConcurrentFuture, object?>)_callback)(future, _state);
            }
        }
        catch (Exception exception)
        {
            ConcurrentFuture.Report(future, exception, Messages.InDoneCallback(future));
        }
    }
}
