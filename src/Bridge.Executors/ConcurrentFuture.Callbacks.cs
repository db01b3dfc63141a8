using System.Diagnostics;

namespace Bridge.Executors;

/// <content>Done callbacks, and where exceptions go that nobody else can receive.</content>
public abstract partial class ConcurrentFuture
{
    /// <summary>Raised for exceptions of done callbacks, token callbacks and worker hooks, which no caller could receive.</summary>
    /// <remarks>Without a subscriber they are written with <see cref="Trace.TraceError(string)"/>. The sender is the future or executor.
    /// Raised on the thread where the exception occurred.</remarks>
    public static event EventHandler<UnhandledCallbackExceptionEventArgs>? UnhandledCallbackException;

    /// <summary>Calls <paramref name="callback"/> with this future once it is done.</summary>
    /// <param name="callback">Runs in the thread that completes or cancels the future, after the callbacks added before it; if the future is
    /// already done, at once in this thread. What it throws goes to <see cref="UnhandledCallbackException"/>, and the rest still run.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <remarks>No ambient context is captured. Source: concurrent.futures' <c>add_done_callback</c> (row U4).</remarks>
    public void AddDoneCallback(Action<ConcurrentFuture> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Add(new DoneCallback(callback));
    }

    /// <summary>Calls <paramref name="callback"/> with this future and <paramref name="state"/> once it is done; needs no closure.</summary>
    /// <param name="callback">As in <see cref="AddDoneCallback(Action{ConcurrentFuture})"/>.</param>
    /// <param name="state">Handed to the callback.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    public void AddDoneCallback(Action<ConcurrentFuture, object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Add(new DoneCallback(callback, state));
    }

    /// <summary>The last resort for exceptions: the event, or the trace listeners. Never throws.</summary>
    internal static void Report(object sender, Exception exception, string context)
    {
        var handler = UnhandledCallbackException;
        if (handler is null)
        {
            Trace.TraceError($"{context}: {exception}");
            return;
        }

        try
        {
            handler(sender, new UnhandledCallbackExceptionEventArgs(exception, context));
        }
        catch (Exception second)
        {
            // The reporter itself failed. Thrown on, it would break the completion that is under way.
            Trace.TraceError($"{context}: {exception}{Environment.NewLine}{Messages.InReporter}: {second}");
        }
    }

    private void Add(DoneCallback added)
    {
        EnterGate();
        if (IsDoneStatus(_status))
        {
            ExitGate();
            added.Invoke(this);
            return;
        }

        if (_callbacks is { } last)
        {
            added.Next = last.Next;
            last.Next = added;
        }

        _callbacks = added;
        ExitGate();
    }

    private void RunCallbacks(DoneCallback? last)
    {
        if (last is null)
        {
            return;
        }

        var callback = last;
        do
        {
            callback = callback.Next;
            callback.Invoke(this);
        }
        while (callback != last);
    }
}
