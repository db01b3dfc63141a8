using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Bridge.Selectors;

/// <summary>The selector of every system, on <see cref="Socket.Select(System.Collections.IList?, System.Collections.IList?, System.Collections.IList?, TimeSpan)"/>.
/// Watches sockets only; each wait costs time and some memory for every registration.</summary>
/// <remarks>
/// <para>A SafeHandle can be registered when it is a <see cref="SafeSocketHandle"/>.</para>
/// <para>Threads: see <see cref="ISelector"/>. Source: CPython <c>selectors.SelectSelector</c>, as it is on Windows.</para>
/// </remarks>
public sealed class SelectSelector : Selector
{
    private static readonly TimeSpan s_maxWait = TimeSpan.FromMilliseconds(int.MaxValue / 1000);

    // Rebuilt for each wait, because Socket.Select takes out what is not ready.
    private readonly List<Socket> _read = [];
    private readonly List<Socket> _write = [];
    private readonly List<Socket> _error = [];

    /// <summary>For registrations of handles, for as long as their keys live.</summary>
    private readonly ConditionalWeakTable<SelectorKey, Socket> _wrappers = [];

    /// <summary>Creates the selector; Socket.Select needs nothing from the system beforehand.</summary>
    public SelectSelector()
        : base("select")
    {
    }

    private protected override ReadOnlySpan<WakerKind> PreferredWakers => [WakerKind.SocketPair];

    private protected override bool CanWatch(WakerKind kind) => kind == WakerKind.SocketPair;

    private protected override void Watch(SelectorKey key)
    {
        if (key.FileObject is Socket)
        {
            return;
        }

        try
        {
            // Any handle may turn out to be a socket's; only a socket has a type.
            var wrapper = new Socket(key.Handle as SafeSocketHandle ?? new SafeSocketHandle(key.Descriptor, ownsHandle: false));
            _ = key.Handle is SafeSocketHandle ? null : wrapper.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Type);

            // The wrapper owns nothing: collected after the registration, its finalizer would close the user's handle.
#pragma warning disable CA1816
            GC.SuppressFinalize(wrapper);
#pragma warning restore CA1816
            _wrappers.AddOrUpdate(key, wrapper);
        }
        catch (SocketException) when (key.Handle is not SafeSocketHandle)
        {
            throw new PlatformNotSupportedException(SelectorMessages.SocketsOnly(key.Handle!));
        }
        catch (SocketException e)
        {
            throw new SelectorException($"new Socket(handle {key.Descriptor})", e.NativeErrorCode, SelectorMessages.NotADescriptor);
        }
    }

    private protected override void Rewatch(SelectorKey key, SelectorEvents events)
    {
    }

    private protected override void Unwatch(SelectorKey key)
    {
    }

    private protected override int Wait(in WaitTime time)
    {
        Fill();
        var timeout = time.IsInfinite ? s_maxWait : Clamp(time.Left);
        if (_error.Count == 0)
        {
            // Socket.Select refuses empty lists. Nothing can become ready, so this only lets the time pass.
            using var never = new ManualResetEventSlim(initialState: false);
            never.Wait(timeout);
            return 0;
        }

        var start = Stopwatch.GetTimestamp();
        try
        {
            Socket.Select(_read, _write, _error, timeout);
        }
        catch (ObjectDisposedException)
        {
            // Another thread closed a socket meanwhile; it is left out of the next round.
            ClearLists();
            return 0;
        }
        catch (SocketException e)
        {
            ClearLists();
            return e.SocketErrorCode == SocketError.Interrupted || TryFindDead()
                ? _error.Count
                : throw new SelectorException("Socket.Select()", e.NativeErrorCode);
        }

        // On Unix a descriptor closed behind our back ends the wait but is reported nowhere, again and again.
        if (_read.Count + _write.Count + _error.Count == 0 && Stopwatch.GetElapsedTime(start) < timeout)
        {
            TryFindDead();
        }

        return _read.Count + _write.Count + _error.Count;
    }

    private protected override void Collect(int found)
    {
        FoundAll(_read, SelectorEvents.Read);
        FoundAll(_write, SelectorEvents.Write);

        // An error counts as both; a failed connect shows up here alone on Windows.
        FoundAll(_error, SelectorEvents.Read | SelectorEvents.Write);
        ClearLists();
    }

    private protected override void Close() => ClearLists();

    // Socket.Select takes microseconds in an int. On Unix it cuts them to milliseconds, which would turn a short wait into a busy one.
    private static TimeSpan Clamp(TimeSpan left)
    {
        if (left <= TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        var unit = OperatingSystem.IsWindows() ? TimeSpan.TicksPerMicrosecond : TimeSpan.TicksPerMillisecond;
        return left >= s_maxWait ? s_maxWait : TimeSpan.FromTicks(WaitTime.RoundUp(left.Ticks, unit) * unit);
    }

    /// <summary>What Socket.Select is given for a registration.</summary>
    private Socket SocketOf(SelectorKey key)
    {
        if (key.FileObject is Socket socket)
        {
            return socket;
        }

        _wrappers.TryGetValue(key, out var wrapper);
        return wrapper!;
    }

    private void Fill()
    {
        ClearLists();
        foreach (var key in Registry.Users)
        {
            if (!key.IsFileClosed)
            {
                var socket = SocketOf(key);
                _error.Add(socket);
                if ((key.Events & SelectorEvents.Read) != 0)
                {
                    _read.Add(socket);
                }

                if ((key.Events & SelectorEvents.Write) != 0)
                {
                    _write.Add(socket);
                }
            }
        }

        foreach (var key in Registry.Wakers)
        {
            // A broken waker would end each wait at once until it is rebuilt.
            if (key.Waker!.IsHealthy && !key.IsFileClosed)
            {
                _error.Add(SocketOf(key));
                _read.Add(SocketOf(key));
            }
        }
    }

    private void FoundAll(List<Socket> sockets, SelectorEvents events)
    {
        foreach (var socket in sockets)
        {
            // A socket that another thread closed meanwhile may have lost its number; it is not reported.
            if (Registry.Find(socket.SafeHandle.DangerousGetHandle()) is { } key && ReferenceEquals(SocketOf(key), socket))
            {
                if (key.Waker is not null && events != SelectorEvents.Read)
                {
                    FoundBroken(key);
                }
                else
                {
                    Found(key, events);
                }
            }
        }
    }

    /// <summary>Lists as erroneous every socket whose descriptor is not open any more.</summary>
    private bool TryFindDead()
    {
        ClearLists();
        AddDead(Registry.Users);
        AddDead(Registry.Wakers);
        return _error.Count > 0;
    }

    private void AddDead(List<SelectorKey> keys)
    {
        foreach (var key in keys)
        {
            if (key.IsFileClosed || key.Waker is { IsHealthy: false })
            {
                continue;
            }

            try
            {
                SocketOf(key).GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Type);
            }
            catch (SocketException)
            {
                _error.Add(SocketOf(key));
            }
            catch (ObjectDisposedException)
            {
                // Closed properly since the look above.
            }
        }
    }

    private void ClearLists()
    {
        _read.Clear();
        _write.Clear();
        _error.Clear();
    }
}
