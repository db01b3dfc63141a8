namespace Bridge.Testing;

/// <summary>The loop of a test reported errors that nobody took: of callbacks, of tasks that nobody awaited, of connections.</summary>
public sealed class ReportedErrorsException : Exception
{
    /// <summary>Makes an exception without reports.</summary>
    public ReportedErrorsException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What was reported.</param>
    public ReportedErrorsException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a cause.</summary>
    /// <param name="message">What was reported.</param>
    /// <param name="innerException">The cause.</param>
    public ReportedErrorsException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal ReportedErrorsException(IReadOnlyList<LoopErrorContext> reports)
        : base(
            $"The loop reported {(reports.Count == 1 ? "an error" : $"{reports.Count} errors")}; take what you expect with TakeReports: {string.Join(" | ", reports)}",
            reports[0].Exception)
        => Reports = reports;

    /// <summary>The reports, oldest first. The inner exception is that of the first.</summary>
    public IReadOnlyList<LoopErrorContext> Reports { get; } = [];
}
