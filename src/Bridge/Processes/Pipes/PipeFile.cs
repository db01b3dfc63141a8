using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Net.Native;
using Bridge.Selectors.Native;

namespace Bridge.Net;

/// <summary>The descriptor under a pipe transport: what it is, its watch, reading and writing. Loop thread.</summary>
/// <remarks>
/// A terminal or socket may have two transports over one handle, one for each direction: whichever is closed last closes it.
/// </remarks>
internal sealed unsafe class PipeFile
{
    private readonly EventLoop _loop;
    private readonly PipeKind _kind;
    private BaseTransport? _reader;
    private BaseTransport? _writer;

    private PipeFile(EventLoop loop, SafeHandle handle)
    {
        _loop = loop;
        Handle = handle;
        _kind = KindOf(handle);
        Watch = loop.WatchOf(handle);
        if ((Watch.Reader ?? Watch.Writer) is { } other)
        {
            throw new InvalidOperationException(Messages.FileOfOperation(handle, other.Describe(), loop.Name));
        }

        DescriptorFlags.SetNonBlocking((int)handle.DangerousGetHandle());
    }

    internal SafeHandle Handle { get; }

    internal FileWatch Watch { get; }

    /// <summary>Whether the other end, going away, makes this one readable: not so for terminals and other devices.</summary>
    internal bool TellsHangUp => _kind != PipeKind.CharacterDevice;

    /// <summary>Throws at the call for what can never become a pipe transport.</summary>
    internal static void Check(SafeHandle pipe)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException(Messages.NoPipesOnWindows);
        }

        if (pipe.IsClosed || pipe.IsInvalid)
        {
            throw new ArgumentException(Messages.PipeClosed, nameof(pipe));
        }

        KindOf(pipe);
    }

    /// <summary>Takes a handle into possession, to read it.</summary>
    /// <exception cref="InvalidOperationException">Something on this loop reads it already.</exception>
    internal static PipeFile OpenToRead(BaseTransport owner, SafeHandle handle)
    {
        PipeFile file = Of(owner.Loop, handle);
        file.Take(ref file._reader, owner);
        return file;
    }

    /// <summary>Takes a handle into possession, to write to it.</summary>
    /// <exception cref="InvalidOperationException">Something on this loop writes to it already.</exception>
    internal static PipeFile OpenToWrite(BaseTransport owner, SafeHandle handle)
    {
        PipeFile file = Of(owner.Loop, handle);
        file.Take(ref file._writer, owner);
        return file;
    }

    /// <summary>Reads once. Negative: an error number, without its sign.</summary>
    internal int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count = LibC.Read(Handle, start, (nuint)buffer.Length);
            return count >= 0 ? (int)count : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Writes once. Negative: an error number, without its sign.</summary>
    internal int Write(ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            nint count = LibC.Write(Handle, start, (nuint)data.Length);
            return count >= 0 ? (int)count : -Marshal.GetLastPInvokeError();
        }
    }

    internal static bool IsTransient(int errorNumber) => errorNumber == Errno.EAGAIN || errorNumber == Errno.EINTR;

    /// <summary>Whether the other end is gone, and this one not just readable.</summary>
    internal bool IsHungUp()
    {
        bool hasHalfClose = OperatingSystem.IsLinux() && _kind == PipeKind.Socket;
        var poll = new LibC.PollFd { Fd = (int)Handle.DangerousGetHandle(), Events = hasHalfClose ? PipeLibC.POLLRDHUP : (short)0 };
        return LibC.Poll(&poll, 1, 0) > 0;
    }

    /// <summary>Gives the handle up: closes it, unless the other direction is still open.</summary>
    internal void Release(BaseTransport owner)
    {
        if (ReferenceEquals(_reader, owner))
        {
            _reader = null;
        }
        else
        {
            _writer = null;
        }

        Watch.Transport = _reader ?? _writer;
        if (Watch.Transport is null)
        {
            _loop.PipeFiles.Remove(Handle);
            Watch.Release();
            Close();
        }
    }

    /// <summary>Closes in good order: a SafeSocketHandle by itself would reset the connection, and what was written would be lost.</summary>
    private void Close()
    {
        if (_kind == PipeKind.Socket && Handle is SafeSocketHandle { IsClosed: false } handle)
        {
            try
            {
                using var socket = new Socket(handle);
            }
            catch (SocketException)
            {
                // Its number was closed behind its back, so nothing is left to close in any order.
            }
        }

        Handle.Dispose();
    }

    private static PipeFile Of(EventLoop loop, SafeHandle handle)
    {
        if (!loop.PipeFiles.TryGetValue(handle, out PipeFile? file))
        {
            file = new PipeFile(loop, handle);
            loop.PipeFiles.Add(handle, file);
        }

        return file;
    }

    private void Take(ref BaseTransport? side, BaseTransport owner)
    {
        if (side is not null)
        {
            throw new InvalidOperationException(Messages.FileOfTransport(Handle, side));
        }

        side = owner;
        Watch.Transport ??= owner;
    }

    private static PipeKind KindOf(SafeHandle pipe) => FileType(pipe) switch
    {
        PipeLibC.S_IFIFO or 0 => PipeKind.Fifo,
        PipeLibC.S_IFSOCK => PipeKind.Socket,
        PipeLibC.S_IFCHR => PipeKind.CharacterDevice,
        PipeLibC.S_IFREG => throw NotAPipe(pipe, "a regular file"),
        PipeLibC.S_IFDIR => throw NotAPipe(pipe, "a directory"),
        PipeLibC.S_IFBLK => throw NotAPipe(pipe, "a block device"),
        _ => throw NotAPipe(pipe, "none of these"),
    };

    private static ArgumentException NotAPipe(SafeHandle pipe, string what) => new(Messages.NotAPipe(pipe, what), nameof(pipe));

    /// <summary>The type bits of the file's mode; 0 if this system cannot tell.</summary>
    private static int FileType(SafeHandle pipe)
    {
        byte* result = stackalloc byte[PipeLibC.StatSize];
        try
        {
            byte nothing = 0;
            bool isLinux = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid();
            int failed = isLinux ? PipeLibC.Statx(pipe, &nothing, PipeLibC.AT_EMPTY_PATH, PipeLibC.STATX_TYPE, result)
                : RuntimeInformation.ProcessArchitecture == Architecture.X64 ? PipeLibC.FstatInode64(pipe, result)
                : PipeLibC.Fstat(pipe, result);
            if (failed == 0)
            {
                return *(ushort*)(result + (isLinux ? PipeLibC.StatxModeOffset : PipeLibC.StatModeOffset)) & PipeLibC.S_IFMT;
            }

            int error = Marshal.GetLastPInvokeError();
            return error == Errno.ENOSYS ? 0 : throw new ArgumentException(Messages.PipeUnreadable(pipe, error), nameof(pipe));
        }
        catch (EntryPointNotFoundException)
        {
            // An old C library. What cannot be watched is refused when it is to be watched.
            return 0;
        }
    }
}

/// <summary>What can be under a pipe transport.</summary>
internal enum PipeKind : byte
{
    Fifo,
    Socket,
    CharacterDevice,
}
