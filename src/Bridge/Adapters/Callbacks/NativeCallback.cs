using System.Runtime.InteropServices;

namespace Bridge;

/// <summary>A function pointer for native code, whose calls are handled on a loop. Made by <c>loop.NativeCallback</c> and <c>loop.NativeReply</c>.</summary>
/// <remarks>
/// <para>No exception ever crosses into native code: each goes to the loop's exception handler. After the loop was closed, calls return the value that was given for that.</para>
/// <para>
/// Threads: native code may call the pointer on any thread, and any thread may dispose of this. Tell the native side to forget the pointer first: after
/// <see cref="Dispose"/> it leads nowhere, and a call would end the process.
/// </para>
/// </remarks>
public sealed class NativeCallback : IDisposable
{
    private readonly EventLoop _loop;
    private readonly Func<nint, nint, nint, nint> _call;
    private readonly nint _whenFailed;
    private readonly Action? _onDispose;

    /// <summary>Keeps the delegate behind the pointer. Taken by the first <see cref="Dispose"/>, by an exchange.</summary>
    private NativeRoot? _root;

    internal NativeCallback(EventLoop loop, Func<nint, nint, nint, nint> call, nint whenFailed, Action? onDispose = null)
    {
        _loop = loop;
        _call = call;
        _whenFailed = whenFailed;
        _onDispose = onDispose;
        NativeEntry entry = Enter;
        _root = new NativeRoot(entry, Marshal.GetFunctionPointerForDelegate(entry));
    }

    /// <summary>The C declaration of them all: the first three whole numbers or pointers are passed in the same places whether a caller passes all of them or fewer.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint NativeEntry(nint first, nint second, nint third);

#pragma warning disable CA1720 // It is one.
    /// <summary>The pointer to hand to native code, which calls it with the C calling convention (cdecl).</summary>
    /// <exception cref="ObjectDisposedException"><see cref="Dispose"/> was called.</exception>
    public nint Pointer => (Volatile.Read(ref _root) ?? throw new ObjectDisposedException(nameof(NativeCallback))).Address;
#pragma warning restore CA1720

    /// <summary>Frees the pointer; what was called before and waits for the loop is dropped. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _root, null) is { } root)
        {
            root.Free();
            _onDispose?.Invoke();
        }
    }

    /// <summary>Called by native code, on whatever thread.</summary>
    private nint Enter(nint first, nint second, nint third)
    {
        try
        {
            return _call(first, second, third);
        }
        catch (Exception exception)
        {
            // It must not cross into native code, which knows no exceptions: the process would end.
            _loop.ReportElsewhere(new LoopErrorContext("Exception in a callback from native code", exception));
            return _whenFailed;
        }
    }

    /// <summary>A strong handle, so that nothing but Dispose lets go of the delegate, and with it of this object.</summary>
    private sealed class NativeRoot(Delegate entry, nint pointer)
    {
        private GCHandle _handle = GCHandle.Alloc(entry);

        internal nint Address => pointer;

        internal void Free() => _handle.Free();
    }
}
