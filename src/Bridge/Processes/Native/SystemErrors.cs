using System.Globalization;
using System.Runtime.InteropServices;
using Bridge.Selectors.Native;

namespace Bridge.Net.Native;

/// <summary>Error numbers of the system as exceptions that name the call.</summary>
internal static class SystemErrors
{
    internal const int EIO = 5;
    internal const int EACCES = 13;
    internal const int ENOTDIR = 20;

    /// <summary>An exception whose HResult is the error number, as .NET's own have it.</summary>
    internal static IOException ToException(string call, int errorNumber)
        => new(string.Create(CultureInfo.InvariantCulture, $"{call} failed: {Text(errorNumber)}"), errorNumber);

    internal static string Text(int errorNumber)
        => string.Create(CultureInfo.InvariantCulture, $"{Errno.Text(errorNumber)} (errno {errorNumber})");
}
