using System.Text;

namespace Bridge;

/// <summary>What the loop tells its exception handler about a failure that nobody else can be told.</summary>
/// <remarks>Source: the context dictionary of asyncio's <c>call_exception_handler</c>; the parts that do not apply are null.</remarks>
public sealed partial class LoopErrorContext
{
    private Dictionary<string, object?>? _extra;

    /// <summary>Creates a report.</summary>
    /// <param name="message">What happened, one line.</param>
    /// <param name="exception">The failure, if there is one.</param>
    /// <exception cref="ArgumentNullException"><paramref name="message"/> is null.</exception>
    public LoopErrorContext(string message, Exception? exception = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        Message = message;
        Exception = exception;
    }

    /// <summary>What happened, one line.</summary>
    public string Message { get; }

    /// <summary>The failure, if there is one.</summary>
    public Exception? Exception { get; }

    /// <summary>The callback that failed, as text.</summary>
    public string? Handle { get; init; }

    /// <summary>Where the callback, future, task or coroutine of the report was made; in debug mode only.</summary>
    public string? SourceStack { get; init; }

    /// <summary>Anything else, by name. Written into the default report, sorted.</summary>
    public IDictionary<string, object?> Extra => _extra ??= [];

    /// <summary>The report as text: the message, then every part that is there, sorted by name.</summary>
    public override string ToString()
    {
        var parts = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        if (_extra is not null)
        {
            foreach ((string key, object? value) in _extra)
            {
                parts[key] = value;
            }
        }

        AddPart(parts, "handle", Handle);
        AddPart(parts, "source stack", SourceStack is null ? null : Environment.NewLine + SourceStack);
        AddFutureParts(parts);
        AddTaskParts(parts);
        AddTransportParts(parts);

        var text = new StringBuilder(Message.Length == 0 ? "Unhandled exception in event loop" : Message);
        foreach ((string key, object? value) in parts)
        {
            text.AppendLine().Append(key).Append(": ").Append(value);
        }

        if (Exception is not null)
        {
            text.AppendLine().Append(Exception);
        }

        return text.ToString();
    }

    private static void AddPart(SortedDictionary<string, object?> parts, string key, object? value)
    {
        if (value is not null)
        {
            parts[key] = value;
        }
    }

    // Implemented where futures and tasks are defined; the loop itself does not know them.
    partial void AddFutureParts(SortedDictionary<string, object?> parts);

    partial void AddTaskParts(SortedDictionary<string, object?> parts);

    partial void AddTransportParts(SortedDictionary<string, object?> parts);
}
