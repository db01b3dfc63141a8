namespace Bridge.Net;

/// <summary>The stream ended before what was asked for had come.</summary>
/// <remarks>Source: asyncio's <c>IncompleteReadError</c>.</remarks>
public sealed class IncompleteReadException : EndOfStreamException
{
    /// <summary>Makes the exception without partial bytes.</summary>
    public IncompleteReadException()
        : this(ReadOnlyMemory<byte>.Empty, null)
    {
    }

    /// <summary>Makes the exception without partial bytes.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why, if that is known.</param>
    public IncompleteReadException(string? message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="partial">What had come.</param>
    /// <param name="expected">How many bytes were asked for; null if that was not a number.</param>
    public IncompleteReadException(ReadOnlyMemory<byte> partial, int? expected)
        : base(Messages.IncompleteRead(partial.Length, expected))
    {
        Partial = partial;
        Expected = expected;
    }

    /// <summary>What had come before the end. It is no longer in the reader.</summary>
    public ReadOnlyMemory<byte> Partial { get; }

    /// <summary>How many bytes were asked for; null for a read up to a separator.</summary>
    public int? Expected { get; }
}
