using System.Runtime.InteropServices;
using Bridge.Selectors.Native;

namespace Bridge.Selectors;

/// <summary>Every text that this folder throws. Each names the value and the remedy.</summary>
internal static class SelectorMessages
{
    internal const string RegularFile = "regular files are always ready and cannot be watched; read them on an executor.";

    internal const string OutOfDescriptors = "the process has no descriptor left; close some or raise its limit (ulimit -n).";

    internal const string NotADescriptor = "nothing is open under this number; register the handle while it is open, and only one whose value is a descriptor.";

    internal const string OutOfWatches = "the limit of epoll watches is reached; raise fs.epoll.max_user_watches.";

    internal static string CallFailed(string call, int errorNumber, string text) =>
        $"{call} failed: {Errno.Name(errorNumber)} ({errorNumber}): {text}";

    internal static string InvalidEvents(SelectorEvents events) =>
        $"The events {(int)events} are not valid: give SelectorEvents.Read, SelectorEvents.Write or both.";

    internal static string AlreadyRegistered(nint descriptor, SelectorEvents events) =>
        $"Descriptor {descriptor} is already registered (for {events}); use Modify to change it, or Unregister it first.";

    internal static string ClosedFile(object fileObject) =>
        $"The {fileObject.GetType().Name} is closed or invalid; register it while it is open, and unregister it before it is closed.";

    internal static string ClosedWhileRegistered(nint descriptor, object fileObject) =>
        $"The {fileObject.GetType().Name} of descriptor {descriptor} was closed while registered; unregister its key.";

    internal static string DescriptorOutOfRange(SafeHandle handle, nint descriptor) =>
        $"The value {descriptor} of the {handle.GetType().Name} cannot be a descriptor; register a handle of a socket, pipe, terminal or eventfd.";

    internal static string UnknownKey(nint descriptor, string name) =>
        $"The key of descriptor {descriptor} is not registered with this {name} selector, or was unregistered before.";

    internal static string NotAFileObject(object fileObject) =>
        $"A {fileObject.GetType().FullName} is no file object; give a Socket or a SafeHandle.";

    internal static string SocketsOnly(SafeHandle handle) =>
        $"Socket.Select watches sockets only, and a {handle.GetType().Name} is none; use PollSelector, or EpollSelector on Linux.";

    internal static string BackendMissing(string name, string where, string remedy) =>
        $"{name} exists on {where} only, or is denied to this process; {remedy}.";

    internal static string WakerNotCarried(WakerKind kind, string name) =>
        $"The {name} selector cannot watch a {kind} waker; call CreateWaker() for the kind that suits it.";

    internal static string WakerMissing(WakerKind kind) =>
        $"A {kind} waker is not available on this system; call CreateWaker() for the kind that suits it.";
}
