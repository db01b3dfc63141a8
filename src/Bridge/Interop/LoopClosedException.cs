namespace Bridge;

/// <summary>The loop was closed before the outcome came: what waits outside for something in it ends as cancelled, with this reason.</summary>
public class LoopClosedException : LoopCanceledException
{
    /// <summary>Creates the exception with a general text.</summary>
    public LoopClosedException()
        : base("The event loop was closed before the operation was done.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which loop.</param>
    public LoopClosedException(string? message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">Which loop.</param>
    /// <param name="innerException">The cause.</param>
    public LoopClosedException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal static LoopClosedException Of(EventLoop loop)
        => new($"Event loop '{loop.Name}' was closed before the operation was done.");
}
