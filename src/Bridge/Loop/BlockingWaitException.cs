namespace Bridge;

/// <summary>Code on a loop thread tried to block it: for something that only this loop can do, or against <see cref="BlockingWaitPolicy.Throw"/>.</summary>
/// <remarks>The message names the loop, the waiting code, the task it runs in, and what to write instead.</remarks>
public sealed class BlockingWaitException : InvalidOperationException
{
    /// <summary>Makes one without a message of its own.</summary>
    public BlockingWaitException()
    {
    }

    /// <summary>Makes one with a message.</summary>
    /// <param name="message">What was waited for, and what to do instead.</param>
    public BlockingWaitException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and a cause.</summary>
    /// <param name="message">What was waited for, and what to do instead.</param>
    /// <param name="innerException">The cause.</param>
    public BlockingWaitException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
