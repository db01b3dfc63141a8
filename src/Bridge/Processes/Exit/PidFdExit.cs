using Bridge.Net.Native;
using Bridge.Selectors.Native;

namespace Bridge.Net;

/// <summary>Watches a child by its pidfd, which becomes readable when the child ends. Linux from 5.3 on.</summary>
internal sealed class PidFdExit : ChildExit
{
    private readonly DescriptorHandle _pidFd;
    private readonly FileWatch _watch;

    private PidFdExit(EventLoop loop, int pid, Action<int?> onExit, DescriptorHandle pidFd)
        : base(loop, pid, onExit)
    {
        _pidFd = pidFd;
        _watch = loop.WatchOf(pidFd);
        _watch.SetReader(new Ended(this));
    }

    /// <summary>Null if the system has no pidfd, or none left: a thread can do it as well.</summary>
    internal static PidFdExit? TryWatch(EventLoop loop, int pid, Action<int?> onExit)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsAndroid())
        {
            return null;
        }

        nint number = ProcessLibC.Syscall(ProcessLibC.SYS_pidfd_open, pid, 0, 0, 0);
        if (number < 0)
        {
            return null;
        }

        var pidFd = new DescriptorHandle((int)number);
        try
        {
            return new PidFdExit(loop, pid, onExit, pidFd);
        }
        catch (Exception exception) when (exception is IOException or PlatformNotSupportedException)
        {
            // The selector cannot watch it.
            pidFd.Dispose();
            return null;
        }
    }

    /// <summary>Reaches this child and no other, even if somebody else has taken its status and its number is a stranger's.</summary>
    private protected override int Send(int number) => (int)ProcessLibC.Syscall(ProcessLibC.SYS_pidfd_send_signal, _pidFd.Descriptor, number, 0, 0);

    private protected override void Release()
    {
        if (!_pidFd.IsClosed)
        {
            _watch.Release();
            _pidFd.Dispose();
        }
    }

    private sealed class Ended(PidFdExit exit) : LoopWork
    {
        internal override void Run()
        {
            if (!exit._pidFd.IsClosed)
            {
                exit.TryFinish();
            }
        }

        internal override string Describe() => $"exit of child {exit.Pid}";
    }
}
