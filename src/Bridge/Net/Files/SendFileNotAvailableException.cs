namespace Bridge.Net;

/// <summary>The system cannot send this file, or into this connection, by itself, and the caller did not allow to copy it through memory.</summary>
/// <remarks>Source: asyncio's <c>SendfileNotAvailableError</c>.</remarks>
public sealed class SendFileNotAvailableException : InvalidOperationException
{
    /// <summary>Creates one without a message.</summary>
    public SendFileNotAvailableException()
    {
    }

    /// <summary>Creates one.</summary>
    /// <param name="message">What is not available, and why.</param>
    public SendFileNotAvailableException(string? message)
        : base(message)
    {
    }

    /// <summary>Creates one.</summary>
    /// <param name="message">What is not available, and why.</param>
    /// <param name="innerException">What the system said.</param>
    public SendFileNotAvailableException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
