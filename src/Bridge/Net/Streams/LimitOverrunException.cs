namespace Bridge.Net;

/// <summary>There was no separator within the reader's limit.</summary>
/// <remarks>
/// After ReadUntilAsync the bytes are still in the reader: read <see cref="Consumed"/> of them away, or give up. After ReadLineAsync the line is
/// dropped, as far as it was there. Source: asyncio's <c>LimitOverrunError</c>, and the <c>ValueError</c> of <c>readline</c>.
/// </remarks>
public sealed class LimitOverrunException : IOException
{
    /// <summary>Makes the exception.</summary>
    public LimitOverrunException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why, if that is known.</param>
    public LimitOverrunException(string? message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="consumed">How many bytes there are before the separator, as far as that is known.</param>
    public LimitOverrunException(string? message, int consumed)
        : base(message) => Consumed = consumed;

    /// <summary>How many bytes there are before the separator, or before what may be its beginning.</summary>
    public int Consumed { get; }
}
