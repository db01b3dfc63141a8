namespace Bridge.Executors;

/// <summary>An exception that nobody else can receive: thrown by a done callback, a token callback or a worker hook.</summary>
public sealed class UnhandledCallbackExceptionEventArgs : EventArgs
{
    /// <summary>Creates the event data.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="context">Where, in words.</param>
    public UnhandledCallbackExceptionEventArgs(Exception exception, string context)
    {
        ArgumentNullException.ThrowIfNull(exception);
        ArgumentNullException.ThrowIfNull(context);
        Exception = exception;
        Context = context;
    }

    /// <summary>Gets what was thrown.</summary>
    public Exception Exception { get; }

    /// <summary>Gets where it was thrown, in words.</summary>
    public string Context { get; }
}
