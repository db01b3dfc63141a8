namespace Bridge.Net;

/// <summary>Watches a child by a thread that waits for it.</summary>
/// <remarks>The thread leaves the status alone, so that the number of the child stays its own until the loop has heard of its end.</remarks>
internal sealed class ThreadExit : ChildExit
{
    internal ThreadExit(EventLoop loop, int pid, Action<int?> onExit)
        : base(loop, pid, onExit)
    {
        var thread = new Thread(WaitAndPost) { IsBackground = true, Name = $"bridge-waitpid-{pid}" };
        thread.UnsafeStart();
    }

    private protected override void Release()
    {
        // The thread ends with the child.
    }

    private void WaitAndPost()
    {
        ChildStatus.Wait(Pid);
        if (!Loop.TryPost(new Ended(this), null, null))
        {
            // Closed; Abandon takes the status, or has done so.
            Loop.WriteWarning(Messages.ExitAfterClose(Loop, Pid));
        }
    }

    private sealed class Ended(ThreadExit exit) : LoopWork
    {
        internal override void Run() => exit.TryFinish();

        internal override string Describe() => $"exit of child {exit.Pid}";
    }
}
