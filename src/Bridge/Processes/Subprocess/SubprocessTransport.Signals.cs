using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <content>Signals to the child.</content>
public sealed partial class SubprocessTransport
{
    /// <summary>Sends a signal to the child.</summary>
    /// <param name="signal">A member of <see cref="PosixSignal"/>, or a number of this system.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    /// <exception cref="InvalidOperationException">The child has exited (<see cref="ReturnCode"/> is not null), or the loop runs on another thread.</exception>
    /// <exception cref="UnauthorizedAccessException">The child runs as another user now.</exception>
    /// <remarks>A child that has ended, but whose end the loop has not seen yet, gets nothing, and that is no error. Source: <c>send_signal</c>.</remarks>
    public void SendSignal(PosixSignal signal) => Send(SignalNumbers.Of(signal), toGroup: false);

    /// <summary>Asks the child to end (SIGTERM). It may take its time, or ignore it.</summary>
    /// <exception cref="InvalidOperationException">The child has exited, or the loop runs on another thread.</exception>
    /// <exception cref="UnauthorizedAccessException">The child runs as another user now.</exception>
    /// <remarks>Source: <c>terminate</c>.</remarks>
    public void Terminate() => Send(SignalNumbers.SIGTERM, toGroup: false);

    /// <summary>Ends the child (SIGKILL).</summary>
    /// <param name="entireTree">Also all processes of its group: its own children, unless they went away from it.</param>
    /// <exception cref="InvalidOperationException">The child has exited, or it leads no group and the whole tree was meant, or the loop runs on another thread.</exception>
    /// <exception cref="UnauthorizedAccessException">The child runs as another user now.</exception>
    /// <remarks>Source: <c>kill</c>.</remarks>
    public void Kill(bool entireTree = false)
    {
        if (entireTree && !_options.LeadsGroup)
        {
            throw new InvalidOperationException(Messages.NoGroupToKill(Id));
        }

        Send(SignalNumbers.SIGKILL, entireTree);
    }

    private void Send(int number, bool toGroup)
    {
        Loop.AssertLoopThread();
        if (ReturnCode is { } code)
        {
            throw new InvalidOperationException(Messages.ProcessExited(Id, code));
        }

        _exit.Signal(number, toGroup);
    }

    /// <summary>Any thread. Nobody waits here for the loop, and a loop that is closed has killed the child.</summary>
    private void OnKillToken() => Loop.TryPost((Action)KillAndClose, null, null);

    private void KillAndClose()
    {
        if (ReturnCode is null)
        {
            TryKill(_options.LeadsGroup);
        }

        Close();
    }

    private void TryKill(bool toGroup)
    {
        try
        {
            _exit.Signal(SignalNumbers.SIGKILL, toGroup);
        }
        catch (UnauthorizedAccessException exception)
        {
            // It belongs to somebody else now. It loses its pipes, and its end is waited for.
            Loop.WriteWarning(exception.Message);
        }
    }
}
