namespace Bridge.Testing;

/// <summary>A scenario on virtual time cannot go on, or took longer than it may. The message says what it waits for.</summary>
/// <remarks>Thrown out of the run, not into a task: the tasks are still where the message says they are, and are cancelled when the loop is wound up.</remarks>
public sealed class StuckException : Exception
{
    /// <summary>Makes an exception without a text.</summary>
    public StuckException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What the scenario waits for.</param>
    public StuckException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a cause.</summary>
    /// <param name="message">What the scenario waits for.</param>
    /// <param name="innerException">The cause.</param>
    public StuckException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
