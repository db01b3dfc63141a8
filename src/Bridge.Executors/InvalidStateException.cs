namespace Bridge;

/// <summary>A future was asked for something its state does not allow: its result before it is done, or a second outcome.</summary>
/// <remarks>Source: asyncio's and concurrent.futures' <c>InvalidStateError</c>.</remarks>
public class InvalidStateException : InvalidOperationException
{
    /// <summary>Creates the exception with a general text.</summary>
    public InvalidStateException()
        : base("The future's state does not allow this operation.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was asked, the state, and the remedy.</param>
    public InvalidStateException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What was asked, the state, and the remedy.</param>
    /// <param name="innerException">The cause.</param>
    public InvalidStateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
