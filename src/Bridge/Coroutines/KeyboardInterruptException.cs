namespace Bridge;

/// <summary>The user interrupted the run (Ctrl-C, SIGINT): thrown by <see cref="Runner"/> and <c>EventLoop.Run</c> after the main code was cancelled for it.</summary>
/// <remarks>
/// Source: Python's <c>KeyboardInterrupt</c>. Differs: it is a cancellation, so that code which already expects one needs nothing
/// new, and it is thrown only once the main code has ended, never into the middle of it.
/// </remarks>
public class KeyboardInterruptException : OperationCanceledException
{
    /// <summary>What a program that was interrupted returns by convention: 128 and the number of SIGINT.</summary>
    public const int ExitCode = 130;

    /// <summary>Creates the exception.</summary>
    public KeyboardInterruptException()
        : base("The run was interrupted from the keyboard.")
    {
    }

    /// <summary>Creates the exception with a text.</summary>
    /// <param name="message">The text.</param>
    public KeyboardInterruptException(string? message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a text and its cause.</summary>
    /// <param name="message">The text.</param>
    /// <param name="innerException">How the main code ended.</param>
    public KeyboardInterruptException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
