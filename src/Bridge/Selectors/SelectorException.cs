using Bridge.Selectors.Native;

namespace Bridge.Selectors;

/// <summary>A system call of a selector or waker failed.</summary>
public sealed class SelectorException : IOException
{
    /// <summary>Creates the exception from what the system call reported.</summary>
    /// <param name="call">The call with its arguments that matter, such as "epoll_ctl(ADD, fd 9)".</param>
    /// <param name="errorNumber">The error number (errno; on Windows the Winsock code).</param>
    /// <param name="remedy">What it means here and what to do about it; null for the system's own text.</param>
    public SelectorException(string call, int errorNumber, string? remedy = null)
        : base(SelectorMessages.CallFailed(call, errorNumber, remedy ?? Errno.Text(errorNumber)), errorNumber)
    {
        Call = call;
        ErrorNumber = errorNumber;
    }

    /// <summary>The call that failed, with its arguments that matter.</summary>
    public string Call { get; }

    /// <summary>The error number (errno; on Windows the Winsock code).</summary>
    public int ErrorNumber { get; }
}
