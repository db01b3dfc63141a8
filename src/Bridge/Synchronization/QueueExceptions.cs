namespace Bridge;

/// <summary>Nothing to get from a <see cref="LoopQueue{T}"/> without waiting.</summary>
/// <remarks>Source: <c>asyncio.QueueEmpty</c>.</remarks>
public class QueueEmptyException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public QueueEmptyException()
        : base("The queue is empty.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public QueueEmptyException(string? message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    public QueueEmptyException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>No room to put something into a <see cref="LoopQueue{T}"/> without waiting, or into what was bounded and told to fail then.</summary>
/// <remarks>Source: <c>asyncio.QueueFull</c>.</remarks>
public class QueueFullException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public QueueFullException()
        : base("The queue is full.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public QueueFullException(string? message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    public QueueFullException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A <see cref="LoopQueue{T}"/> was shut down: nothing can be put any more, and nothing is left to get.</summary>
/// <remarks>Source: <c>asyncio.QueueShutDown</c>.</remarks>
public class QueueShutDownException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public QueueShutDownException()
        : base("The queue is shut down.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public QueueShutDownException(string? message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    public QueueShutDownException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
