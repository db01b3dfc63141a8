using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Selectors.Native;

/// <summary>Owns a descriptor that this library opened.</summary>
internal sealed class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    internal DescriptorHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    internal int Descriptor => (int)handle;

    /// <summary>
    /// Gives the number up without closing it when somebody else closed it: the number may be a stranger's by now, and closing it
    /// would break the stranger.
    /// </summary>
    internal void AbandonIfDead()
    {
        if (!IsClosed && LibC.Fcntl(Descriptor, LibC.F_GETFD, 0) < 0 && Marshal.GetLastPInvokeError() == Errno.EBADF)
        {
            SetHandleAsInvalid();
        }
    }

    /// <summary>Gives the number up without closing it, if it is this one, because it is known to be a stranger's.</summary>
    /// <returns>True when it was this one.</returns>
    internal bool AbandonIf(nint descriptor)
    {
        if (IsClosed || handle != descriptor)
        {
            return false;
        }

        SetHandleAsInvalid();
        return true;
    }

    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}
