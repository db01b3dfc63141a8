using System.Runtime.InteropServices;
using Bridge.Net.Native;
using Bridge.Selectors.Native;

namespace Bridge.Net;

/// <summary>Watches one child until it has ended, and takes its status, once. Loop thread, unless it says otherwise.</summary>
internal abstract class ChildExit
{
    /// <summary>How long closing the loop waits for a child that was just killed. Longer takes only one that is stuck inside the system.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>Guards <see cref="_isTaken"/>, and that nobody uses the number of the child once it is free. Loop thread and waiting threads.</summary>
    private readonly Lock _gate = new();
    private readonly Action<int?> _onExit;
    private bool _isTaken;

    private protected ChildExit(EventLoop loop, int pid, Action<int?> onExit)
    {
        Loop = loop;
        Pid = pid;
        _onExit = onExit;
    }

    private protected EventLoop Loop { get; }

    private protected int Pid { get; }

    /// <summary>Begins to watch.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="pid">A child whose status nobody has taken.</param>
    /// <param name="onExit">Called on the loop with its return code; null if somebody else has taken it.</param>
    /// <param name="byThread">Whether to do without a pidfd.</param>
    internal static ChildExit Watch(EventLoop loop, int pid, Action<int?> onExit, bool byThread)
        => (byThread ? null : PidFdExit.TryWatch(loop, pid, onExit)) ?? (ChildExit)new ThreadExit(loop, pid, onExit);

    /// <summary>Sends a signal, to the child or its group. A child that has ended gets none, and that is no error.</summary>
    /// <exception cref="UnauthorizedAccessException">The child belongs to somebody else now.</exception>
    internal void Signal(int number, bool toGroup)
    {
        lock (_gate)
        {
            if (!_isTaken && (toGroup ? ProcessLibC.Kill(-Pid, number) : Send(number)) < 0 && Marshal.GetLastPInvokeError() == Errno.EPERM)
            {
                throw new UnauthorizedAccessException(Messages.SignalForbidden(Pid, number));
            }
        }
    }

    /// <summary>The loop is closed: takes the status without it. The child has been killed.</summary>
    internal void Abandon()
    {
        Release();
        if (TryTake(out _))
        {
            return;
        }

        var thread = new Thread(WaitAndTake) { IsBackground = true, Name = $"bridge-reaper-{Pid}" };
        thread.UnsafeStart();
        thread.Join(s_patience);
    }

    /// <summary>Frees what watching holds.</summary>
    private protected abstract void Release();

    /// <summary>Sends a signal to the child. Negative: the error is in errno.</summary>
    private protected virtual int Send(int number) => ProcessLibC.Kill(Pid, number);

    /// <summary>Takes the status if the child has ended. True also if it was taken before.</summary>
    private protected bool TryTake(out int? returnCode)
    {
        lock (_gate)
        {
            returnCode = null;
            _isTaken = _isTaken || ChildStatus.TryTake(Pid, out returnCode);
            return _isTaken;
        }
    }

    /// <summary>The child has ended, it seems. Takes the status, and tells.</summary>
    private protected bool TryFinish()
    {
        if (!TryTake(out int? returnCode))
        {
            return false;
        }

        Release();
        _onExit(returnCode);
        return true;
    }

    /// <summary>Blocks, on a thread of its own, until the status is taken.</summary>
    private void WaitAndTake()
    {
        do
        {
            ChildStatus.Wait(Pid);
        }
        while (!TryTake(out _));
    }
}
