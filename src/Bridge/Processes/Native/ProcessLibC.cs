using System.Runtime.InteropServices;

namespace Bridge.Net.Native;

/// <summary>Child processes in the C library, without logic: each method is the call of that name.</summary>
/// <remarks>The posix_spawn family returns its error number; the others leave it in errno.</remarks>
internal static unsafe partial class ProcessLibC
{
    internal const short POSIX_SPAWN_SETPGROUP = 0x2;
    internal const short POSIX_SPAWN_SETSIGDEF = 0x4;
    internal const short POSIX_SPAWN_SETSIGMASK = 0x8;
    internal const short POSIX_SPAWN_SETSID_LINUX = 0x80;
    internal const short POSIX_SPAWN_SETSID_APPLE = 0x400;

    /// <summary>Apple only: the child keeps no descriptor that no file action names.</summary>
    internal const short POSIX_SPAWN_CLOEXEC_DEFAULT = 0x4000;

    /// <summary>More bytes than posix_spawnattr_t, posix_spawn_file_actions_t or sigset_t have anywhere.</summary>
    internal const int OpaqueSize = 512;

    internal const int O_RDWR = 2;
    internal const int WNOHANG = 1;
    internal const int WEXITED = 4;
    internal const int P_PID = 1;
    internal const int WNOWAIT_LINUX = 0x1000000;
    internal const int WNOWAIT_APPLE = 0x20;

    /// <summary>The numbers of these system calls are the same on every processor.</summary>
    internal const nint SYS_pidfd_send_signal = 424;

    /// <inheritdoc cref="SYS_pidfd_send_signal"/>
    internal const nint SYS_pidfd_open = 434;

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    internal static partial int PosixSpawn(int* pid, byte* path, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static partial int AttributesInit(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    internal static partial int AttributesDestroy(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static partial int AttributesSetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setpgroup")]
    internal static partial int AttributesSetGroup(void* attributes, int group);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static partial int AttributesSetDefaultSignals(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    internal static partial int AttributesSetSignalMask(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    internal static partial int ActionsInit(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static partial int ActionsDestroy(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static partial int ActionsAddDup2(void* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    internal static partial int ActionsAddOpen(void* actions, int descriptor, byte* path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    internal static partial int ActionsAddChangeDirectory(void* actions, byte* path);

    /// <summary>In glibc from 2.34 on.</summary>
    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    internal static partial int ActionsAddCloseFrom(void* actions, int first);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    internal static partial int SigEmptySet(void* signals);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    internal static partial int SigAddSet(void* signals, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    internal static partial int WaitId(int kind, int id, void* information, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    /// <summary>Variadic, which on Linux changes nothing for arguments of one word.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint Syscall(nint number, nint a, nint b, nint c, nint d);
}
