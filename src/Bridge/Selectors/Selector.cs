using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge.Selectors;

/// <summary>What the selectors of this library share: the table of registrations and its rules. A backend adds its system calls.</summary>
/// <remarks>To write a selector of your own, implement <see cref="ISelector"/>. Threads: see there.</remarks>
[DebuggerDisplay("{Name}: {Keys.Count} registered")]
public abstract partial class Selector : ISelector
{
    private readonly SelectorRegistry _registry = new();
    private bool _disposed;

    // In DEBUG it starts near the overflow, so that wrapping runs in every test.
#if DEBUG
    private uint _generation = uint.MaxValue - 2;
#else
    private uint _generation;
#endif

    private protected Selector(string name) => Name = name;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<SelectorKey> Keys => _registry.View;

    /// <summary>The registrations, for the backends that hand all of them to the system at each call.</summary>
    private protected SelectorRegistry Registry => _registry;

    /// <summary>Creates the best selector that works here: epoll, then kqueue, then poll, then select, each tested by creating it.</summary>
    /// <returns>A new selector.</returns>
    /// <exception cref="SelectorException">The operating system refused, for instance because the process has no descriptor left.</exception>
    /// <remarks>Threads: any. Source: CPython <c>selectors.DefaultSelector</c>.</remarks>
    public static ISelector CreateDefault()
    {
        try
        {
            if (OperatingSystem.IsLinux() || OperatingSystem.IsAndroid())
            {
                return new EpollSelector();
            }

            if (OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD())
            {
                return new KqueueSelector();
            }
        }
        catch (PlatformNotSupportedException)
        {
            // A sandbox may deny the call; poll needs no permission.
        }

        try
        {
            return OperatingSystem.IsWindows() ? new SelectSelector() : new PollSelector();
        }
        catch (PlatformNotSupportedException)
        {
            return new SelectSelector();
        }
    }

#pragma warning disable RS0026 // As in ISelector.
    /// <inheritdoc/>
    public SelectorKey Register(Socket socket, SelectorEvents events, object? data = null)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Add(socket, socket.SafeHandle, events, data);
    }

    /// <inheritdoc/>
    public SelectorKey Register(SafeHandle handle, SelectorEvents events, object? data = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Add(handle, handle, events, data);
    }
#pragma warning restore RS0026

    /// <inheritdoc/>
    public SelectorKey Modify(SelectorKey key, SelectorEvents events, object? data)
    {
        ArgumentNullException.ThrowIfNull(key);
        ObjectDisposedException.ThrowIf(_disposed, this);
        CheckEvents(events);
        if (key.Owner != this || key.State != SelectorKeyState.Registered)
        {
            throw new KeyNotFoundException(SelectorMessages.UnknownKey(key.Descriptor, Name));
        }

        if (!TryHold(key.Handle!))
        {
            throw new ArgumentException(SelectorMessages.ClosedWhileRegistered(key.Descriptor, key.FileObject), nameof(key));
        }

        try
        {
            if (events != key.Events)
            {
                Rewatch(key, events);
                key.Events = events;
            }

            key.Data = data;
            return key;
        }
        finally
        {
            key.Handle!.DangerousRelease();
        }
    }

    /// <inheritdoc/>
    public void Unregister(SelectorKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (key.Owner != this || key.State == SelectorKeyState.Unregistered)
        {
            throw new KeyNotFoundException(SelectorMessages.UnknownKey(key.Descriptor, Name));
        }

        Remove(key);
    }

    /// <inheritdoc/>
    public bool TryGetKey(object fileObject, [NotNullWhen(true)] out SelectorKey? key)
    {
        ArgumentNullException.ThrowIfNull(fileObject);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var handle = fileObject switch
        {
            Socket socket => socket.SafeHandle,
            SafeHandle safeHandle => safeHandle,
            _ => throw new ArgumentException(SelectorMessages.NotAFileObject(fileObject), nameof(fileObject)),
        };

        if (handle.IsClosed)
        {
            key = _registry.FindClosed(handle);
            return key is not null;
        }

        // Two handles over one open descriptor are the same file object, as two numbers are in asyncio.
        key = _registry.Find(handle.DangerousGetHandle());
        if (key is { Waker: null } && (ReferenceEquals(key.Handle, handle) || !key.IsFileClosed))
        {
            return true;
        }

        key = null;
        return false;
    }

    /// <summary>Closes the selector and its wakers and forgets all registrations; what was registered stays open. A second call does nothing.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        while (_wakers.Count > 0)
        {
            _wakers[^1].Dispose();
        }

        _disposed = true;
        _registry.Clear();
        ClearReady();
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Tells the system about a new registration. The handle is held open meanwhile.</summary>
    private protected abstract void Watch(SelectorKey key);

    /// <summary>Tells the system about a new interest. The handle is held open meanwhile.</summary>
    private protected abstract void Rewatch(SelectorKey key, SelectorEvents events);

    /// <summary>Tells the system that a registration ended. The handle is held open meanwhile. Never throws.</summary>
    private protected abstract void Unwatch(SelectorKey key);

    /// <summary>Closes what the backend opened. Called once.</summary>
    private protected abstract void Close();

    private SelectorKey Add(object fileObject, SafeHandle handle, SelectorEvents events, object? data)
    {
        CheckEvents(events);
        if (!TryHold(handle))
        {
            throw new ArgumentException(SelectorMessages.ClosedFile(fileObject), nameof(handle));
        }

        // Held for the length of the call only: no other thread can close the descriptor between the checks and the system call.
        try
        {
            var descriptor = handle.DangerousGetHandle();
            if (descriptor < 0 || descriptor > int.MaxValue)
            {
                throw new ArgumentException(SelectorMessages.DescriptorOutOfRange(handle, descriptor), nameof(handle));
            }

            CheckFree(descriptor);
            var key = new SelectorKey(fileObject, descriptor, events, data) { Handle = handle, Owner = this, Generation = ++_generation };
            Watch(key);
            _registry.Add(key);
            return key;
        }
        finally
        {
            handle.DangerousRelease();
        }
    }

    private void Remove(SelectorKey key)
    {
        if (key.State != SelectorKeyState.Registered)
        {
            // The number belongs to another registration now: the system must hear nothing about it.
            key.State = SelectorKeyState.Unregistered;
            return;
        }

        _registry.Remove(key);

        // A closed file left the system's own table with its last descriptor; its number may be anybody's now.
        if (TryHold(key.Handle!))
        {
            Unwatch(key);
            key.Handle!.DangerousRelease();
        }
    }

    private void CheckFree(nint descriptor)
    {
        // An open file of the user with the number of a waker: somebody closed the waker's descriptor behind its back.
        // From now on the number must neither be written to nor closed by us.
        foreach (var waker in _wakers)
        {
            waker.GiveUp(descriptor);
        }

        if (_registry.Find(descriptor) is { IsFileClosed: false } existing)
        {
            throw new InvalidOperationException(SelectorMessages.AlreadyRegistered(descriptor, existing.Events));
        }
    }

    private static void CheckEvents(SelectorEvents events)
    {
        if (events == SelectorEvents.None || (events & ~(SelectorEvents.Read | SelectorEvents.Write)) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(events), events, SelectorMessages.InvalidEvents(events));
        }
    }

    /// <summary>Keeps a handle open until DangerousRelease; false when it is closed or invalid.</summary>
    private static bool TryHold(SafeHandle handle)
    {
        var held = false;
        if (handle.IsClosed || handle.IsInvalid)
        {
            return false;
        }

        try
        {
            handle.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            // Closed by another thread after the look above.
        }

        return held;
    }
}
