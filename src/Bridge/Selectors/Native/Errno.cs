using System.Runtime.InteropServices;

namespace Bridge.Selectors.Native;

/// <summary>The error numbers that selectors and wakers meet. Up to 34 they are the same on every Unix.</summary>
internal static class Errno
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int EBADF = 9;
    internal const int ENOMEM = 12;
    internal const int EEXIST = 17;
    internal const int EINVAL = 22;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int ENOSPC = 28;
    internal const int EPIPE = 32;

    /// <summary>"It would block": 11 on Linux, 35 on the BSD family.</summary>
    internal static readonly int EAGAIN = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? 11 : 35;

    /// <summary>"No such system call": 38 on Linux, 78 on the BSD family.</summary>
    internal static readonly int ENOSYS = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? 38 : 78;

    /// <summary>The symbolic name, or "error" for a number that is not in the table.</summary>
    internal static string Name(int errorNumber) => errorNumber switch
    {
        EPERM => nameof(EPERM),
        ENOENT => nameof(ENOENT),
        EINTR => nameof(EINTR),
        EBADF => nameof(EBADF),
        ENOMEM => nameof(ENOMEM),
        EEXIST => nameof(EEXIST),
        EINVAL => nameof(EINVAL),
        ENFILE => nameof(ENFILE),
        EMFILE => nameof(EMFILE),
        ENOSPC => nameof(ENOSPC),
        EPIPE => nameof(EPIPE),
        _ when errorNumber == EAGAIN => nameof(EAGAIN),
        _ when errorNumber == ENOSYS => nameof(ENOSYS),
        _ => "error",
    };

    /// <summary>What to tell the user: our own remedy where there is one, otherwise the system's text.</summary>
    internal static string Text(int errorNumber) => errorNumber switch
    {
        EMFILE or ENFILE => SelectorMessages.OutOfDescriptors,
        _ => Marshal.GetPInvokeErrorMessage(errorNumber),
    };
}
