using Bridge.Net.Native;
using Bridge.Selectors.Native;

namespace Bridge.Net;

/// <summary>Which file a path leads to: a path can be given to another file, its number cannot while it exists.</summary>
/// <param name="Device">The device.</param>
/// <param name="Number">The inode.</param>
/// <param name="IsSocket">Whether it is a socket.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Number, bool IsSocket)
{
    /// <summary>Null: there is no such file, or the system has no such numbers.</summary>
    /// <exception cref="IOException">The system refuses to tell.</exception>
    internal static FileIdentity? TryOf(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        int result = FileLibC.Stat(path, out FileIdentity identity, out int error);
        return result == 0 ? identity
            : error == Errno.ENOENT ? null
            : throw new IOException($"stat({path}) failed: {Errno.Text(error)} ({error})");
    }
}
