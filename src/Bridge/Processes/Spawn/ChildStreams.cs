using System.Runtime.InteropServices;
using Bridge.Net.Native;
using Bridge.Selectors.Native;

namespace Bridge.Net;

/// <summary>The standard streams of a child that is about to be started: its ends for the child, and ours.</summary>
/// <remarks>Every descriptor made here is closed in children and lies above 2, so that giving the child one of them overwrites none of the others.</remarks>
internal sealed unsafe class ChildStreams : IDisposable
{
    /// <summary>For the child: leave the descriptor as it is.</summary>
    internal const int Inherited = -1;

    /// <summary>For the child: open the null device.</summary>
    internal const int Null = -2;

    /// <summary>For the child's standard error: whatever its standard output is.</summary>
    internal const int SameAsOutput = -3;

    private readonly List<DescriptorHandle> _childEnds = [];
    private readonly List<SafeHandle> _referenced = [];
    private readonly DescriptorHandle?[] _ours = new DescriptorHandle?[3];
    private readonly int[] _childs = new int[3];

    private ChildStreams()
    {
    }

    /// <summary>Opens the pipes.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="ObjectDisposedException">A handle was closed meanwhile.</exception>
    internal static ChildStreams Open(Stdio input, Stdio output, Stdio error)
    {
        var streams = new ChildStreams();
        try
        {
            streams.OpenOne(0, input);
            streams.OpenOne(1, output);
            streams.OpenOne(2, error);
            return streams;
        }
        catch
        {
            streams.Dispose();
            throw;
        }
    }

    /// <summary>What the child gets: a descriptor of ours, or one of the constants.</summary>
    internal int ForChild(int descriptor) => _childs[descriptor];

    /// <summary>Gives our end of a pipe to its new owner; null if there is no pipe.</summary>
    internal SafeHandle? TakeOurs(int descriptor)
    {
        DescriptorHandle? handle = _ours[descriptor];
        _ours[descriptor] = null;
        return handle;
    }

    /// <summary>The child has been started: only it may hold its ends now, or we would never see them closed.</summary>
    internal void CloseChildEnds()
    {
        foreach (DescriptorHandle end in _childEnds)
        {
            end.Dispose();
        }

        foreach (SafeHandle handle in _referenced)
        {
            handle.DangerousRelease();
        }

        _childEnds.Clear();
        _referenced.Clear();
    }

    /// <summary>Closes what nobody took.</summary>
    public void Dispose()
    {
        CloseChildEnds();
        foreach (DescriptorHandle? handle in _ours)
        {
            handle?.Dispose();
        }
    }

    private void OpenOne(int descriptor, Stdio stdio) => _childs[descriptor] = stdio.Kind switch
    {
        StdioKind.Pipe => OpenPipe(descriptor),
        StdioKind.DevNull => Null,
        StdioKind.StdOut => SameAsOutput,
        StdioKind.Handle => Reference(stdio.Handle!),
        _ => Inherited,
    };

    private int OpenPipe(int descriptor)
    {
        int* ends = stackalloc int[2];
        bool isLinux = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid();
        if ((isLinux ? LibC.Pipe2(ends, LibC.O_CLOEXEC_LINUX) : LibC.Pipe(ends)) != 0)
        {
            throw SystemErrors.ToException("pipe()", Marshal.GetLastPInvokeError());
        }

        var reader = new DescriptorHandle(ends[0]);
        var writer = new DescriptorHandle(ends[1]);
        _ours[descriptor] = descriptor == 0 ? writer : reader;
        _childEnds.Add(descriptor == 0 ? reader : writer);
        if (!isLinux)
        {
            DescriptorFlags.SetCloseOnExec(ends[0]);
            DescriptorFlags.SetCloseOnExec(ends[1]);
        }

        return AboveStandard(descriptor == 0 ? ends[0] : ends[1]);
    }

    private int Reference(SafeHandle handle)
    {
        bool isReferenced = false;
        handle.DangerousAddRef(ref isReferenced);
        _referenced.Add(handle);
        return AboveStandard((int)handle.DangerousGetHandle());
    }

    /// <summary>A process that has closed a standard stream of its own gets that number for its next file.</summary>
    private int AboveStandard(int number)
    {
        if (number > 2)
        {
            return number;
        }

        int copy = DescriptorFlags.DuplicateAboveStandard(number);
        if (copy < 0)
        {
            throw SystemErrors.ToException($"fcntl({number}, F_DUPFD_CLOEXEC)", Marshal.GetLastPInvokeError());
        }

        _childEnds.Add(new DescriptorHandle(copy));
        return copy;
    }
}
