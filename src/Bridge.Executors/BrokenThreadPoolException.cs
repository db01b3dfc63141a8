namespace Bridge.Executors;

/// <summary>A <see cref="ThreadPoolExecutor"/> broke: the initializer of one of its threads failed, or a thread could not be started.</summary>
/// <remarks>Source: concurrent.futures' <c>BrokenThreadPool</c> (row V4).</remarks>
public class BrokenThreadPoolException : BrokenExecutorException
{
    /// <summary>Creates the exception with a general text.</summary>
    public BrokenThreadPoolException()
        : base("The thread pool is broken and cannot run work. Make a new one.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which pool broke, and the remedy.</param>
    public BrokenThreadPoolException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">Which pool broke, and the remedy.</param>
    /// <param name="innerException">What broke it.</param>
    public BrokenThreadPoolException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
