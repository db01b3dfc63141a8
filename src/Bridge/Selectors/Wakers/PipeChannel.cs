using System.Runtime.InteropServices;
using Bridge.Selectors.Native;

namespace Bridge.Selectors;

/// <summary>A pipe, both ends non-blocking.</summary>
internal sealed unsafe class PipeChannel : WakeChannel
{
    private const int DrainBytes = 4096;

    private readonly DescriptorHandle _reader;
    private readonly DescriptorHandle _writer;

    private PipeChannel(DescriptorHandle reader, DescriptorHandle writer)
    {
        _reader = reader;
        _writer = writer;
    }

    internal override SafeHandle Handle => _reader;

    internal override object FileObject => _reader;

    internal override string SignalCall => $"write(pipe {_writer.Descriptor})";

    internal static PipeChannel Open()
    {
        var ends = stackalloc int[2];
        try
        {
            if (OperatingSystem.IsLinux() || OperatingSystem.IsAndroid())
            {
                Check(LibC.Pipe2(ends, LibC.O_NONBLOCK_LINUX | LibC.O_CLOEXEC_LINUX), "pipe2()");
                return new PipeChannel(new DescriptorHandle(ends[0]), new DescriptorHandle(ends[1]));
            }

            Check(LibC.Pipe(ends), "pipe()");
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            throw new PlatformNotSupportedException(SelectorMessages.WakerMissing(WakerKind.Pipe), e);
        }

        var channel = new PipeChannel(new DescriptorHandle(ends[0]), new DescriptorHandle(ends[1]));
        try
        {
            Prepare(ends[0]);
            Prepare(ends[1]);
            return channel;
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    internal override int Signal()
    {
        if (_writer.IsClosed)
        {
            return Closed;
        }

        byte zero = 0;
        int error;
        try
        {
            do
            {
                error = LibC.Write(_writer, &zero, 1) >= 0 ? 0 : Marshal.GetLastPInvokeError();
            }
            while (error == Errno.EINTR);
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }

        // A full pipe is readable: the loop is already being woken.
        return error == Errno.EAGAIN ? 0 : error;
    }

    internal override bool Drain()
    {
        var buffer = stackalloc byte[DrainBytes];
        while (!_reader.IsClosed)
        {
            var count = LibC.Read(_reader, buffer, DrainBytes);
            if (count == DrainBytes)
            {
                continue;
            }

            if (count != 0)
            {
                return count > 0 || Marshal.GetLastPInvokeError() is var error && (error == Errno.EAGAIN || error == Errno.EINTR);
            }

            // End of file: the writing end is gone.
            return false;
        }

        return false;
    }

    internal override void AbandonDead()
    {
        _reader.AbandonIfDead();
        _writer.AbandonIfDead();
    }

    internal override bool GiveUp(nint descriptor) => _reader.AbandonIf(descriptor) || _writer.AbandonIf(descriptor);

    public override void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
    }

    // Where pipe2 is missing, a child process started between these calls may inherit the pipe; nothing can be done about it here.
    private static void Prepare(int descriptor)
    {
        Check(Set(descriptor, LibC.F_SETFD, LibC.FD_CLOEXEC), "fcntl(F_SETFD)");
        var flags = Check(LibC.Fcntl(descriptor, LibC.F_GETFL, 0), "fcntl(F_GETFL)");
        Check(Set(descriptor, LibC.F_SETFL, flags | LibC.O_NONBLOCK_BSD), "fcntl(F_SETFL)");
    }

    // Linux does not come here, so arm64 other than FreeBSD is Apple's.
    private static int Set(int descriptor, int command, nint argument) =>
        !OperatingSystem.IsFreeBSD() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64
            ? LibC.FcntlOnStack(descriptor, command, 0, 0, 0, 0, 0, 0, argument)
            : LibC.Fcntl(descriptor, command, argument);

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new SelectorException(call, Marshal.GetLastPInvokeError());
}
