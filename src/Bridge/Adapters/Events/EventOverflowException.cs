namespace Bridge;

/// <summary>A bounded stream of events was full, and its policy is to fail rather than to lose one.</summary>
public class EventOverflowException : InvalidOperationException
{
    /// <summary>Creates the exception with a general text.</summary>
    public EventOverflowException()
        : base("More events came than the stream may hold.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What overflowed.</param>
    public EventOverflowException(string? message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What overflowed.</param>
    /// <param name="innerException">The cause.</param>
    public EventOverflowException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
