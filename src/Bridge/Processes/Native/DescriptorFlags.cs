using System.Runtime.InteropServices;
using Bridge.Selectors.Native;

namespace Bridge.Net.Native;

/// <summary>Flags of descriptors: fcntl with its variadic argument put where each system looks for it.</summary>
internal static class DescriptorFlags
{
    private static readonly bool s_isLinux = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid();
    private static readonly int s_nonBlock = s_isLinux ? LibC.O_NONBLOCK_LINUX : LibC.O_NONBLOCK_BSD;

    private static readonly bool s_isAppleArm64 = !s_isLinux && !OperatingSystem.IsFreeBSD()
        && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <exception cref="IOException">The system refused.</exception>
    internal static void SetNonBlocking(int descriptor)
    {
        int flags = Check(LibC.Fcntl(descriptor, LibC.F_GETFL, 0), descriptor);
        if ((flags & s_nonBlock) == 0)
        {
            Check(Set(descriptor, LibC.F_SETFL, flags | s_nonBlock), descriptor);
        }
    }

    /// <exception cref="IOException">The system refused.</exception>
    internal static void SetCloseOnExec(int descriptor) => Check(Set(descriptor, LibC.F_SETFD, LibC.FD_CLOEXEC), descriptor);

    /// <summary>A second descriptor of the same file, above the three standard ones and closed in children; negative if the system refused.</summary>
    internal static int DuplicateAboveStandard(int descriptor) => Set(descriptor, s_isLinux ? LibC.F_DUPFD_CLOEXEC : 67, 3);

    private static int Set(int descriptor, int command, nint argument)
        => s_isAppleArm64
            ? LibC.FcntlOnStack(descriptor, command, 0, 0, 0, 0, 0, 0, argument)
            : LibC.Fcntl(descriptor, command, argument);

    private static int Check(int result, int descriptor)
        => result >= 0 ? result : throw SystemErrors.ToException($"fcntl({descriptor})", Marshal.GetLastPInvokeError());
}
