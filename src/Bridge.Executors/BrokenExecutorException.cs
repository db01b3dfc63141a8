namespace Bridge.Executors;

/// <summary>An executor can no longer run anything: its thread could not be set up, or it cannot be reached.</summary>
/// <remarks>Work that was queued fails with it, later submissions throw it. The inner exception is the cause.
/// Source: concurrent.futures' <c>BrokenExecutor</c> (row U9).</remarks>
public class BrokenExecutorException : InvalidOperationException
{
    /// <summary>Creates the exception with a general text.</summary>
    public BrokenExecutorException()
        : base("The executor is broken and cannot run work. Make a new one.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which executor broke, and the remedy.</param>
    public BrokenExecutorException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">Which executor broke, and the remedy.</param>
    /// <param name="innerException">What broke it.</param>
    public BrokenExecutorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
