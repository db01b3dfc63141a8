using System.Runtime.InteropServices;

namespace Bridge;

/// <content>Signal handlers.</content>
public abstract partial class EventLoop
{
    /// <summary>By number of the signal. Loop thread; null until the first handler.</summary>
    private Dictionary<int, SignalHandler>? _signalHandlers;

    /// <summary>
    /// One bit for each signal that has a handler. Written by the loop thread; read by the threads that signals come in on, which may see it
    /// late: benign, a signal that crosses its handler's coming or going is dealt with in the old way or the new.
    /// </summary>
    private ulong _handledSignals;

    /// <summary>Runs a callback on the loop whenever the process gets a signal, in place of what the signal does by default.</summary>
    /// <param name="signal">A member of <see cref="PosixSignal"/>, or a number of this system: <c>(PosixSignal)10</c> is SIGUSR1 on Linux.</param>
    /// <param name="callback">An ordinary callback of a turn: it may use the loop freely; what it throws goes to the exception handler.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    /// <exception cref="InvalidOperationException">The signal cannot be caught (SIGKILL, SIGSTOP), the .NET runtime needs it (SIGSEGV and its like), or the loop runs on another thread.</exception>
    /// <exception cref="PlatformNotSupportedException">The platform has no such signal: Windows knows four.</exception>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>
    /// A second call for the same signal replaces the callback. Each signal that arrives is one call, in the ambient context captured here.
    /// While SIGINT has a handler, Ctrl-C calls that, and does not cancel what a Runner runs. Closing the loop removes all handlers.
    /// </para>
    /// <para>
    /// Threads: loop thread, which may be any: asyncio insists on the main one. Several loops may handle the same signal, each gets it.
    /// Source: <c>loop.add_signal_handler</c>.
    /// </para>
    /// </remarks>
    public void AddSignalHandler(PosixSignal signal, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        AssertLoopThread();
        ThrowIfClosed();
        int number = SignalNumbers.Of(signal);
        SignalNumbers.ThrowIfUncatchable(number);

        // The new one first: between the two the default action would end the process.
        var handler = new SignalHandler(this, number, signal, callback);
        if (_signalHandlers is null)
        {
            _signalHandlers = [];
            OnClose(RemoveAllSignalHandlers);
        }

        _signalHandlers.Remove(number, out SignalHandler? old);
        old?.Dispose();
        _signalHandlers.Add(number, handler);
        Volatile.Write(ref _handledSignals, _handledSignals | BitOf(number));
    }

    /// <summary>Ends what <see cref="AddSignalHandler"/> began: the signal has its default action again, and one that is under way is dropped.</summary>
    /// <param name="signal">The signal, by its name or number.</param>
    /// <returns>Whether there was a handler. False on a closed loop.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>After the handler of SIGINT is gone, a Runner that is running gets Ctrl-C again. Source: <c>loop.remove_signal_handler</c>.</remarks>
    public bool RemoveSignalHandler(PosixSignal signal)
    {
        AssertLoopThread();
        int number = SignalNumbers.Of(signal);
        if (_signalHandlers is null || !_signalHandlers.Remove(number, out SignalHandler? handler))
        {
            return false;
        }

        Volatile.Write(ref _handledSignals, _handledSignals & ~BitOf(number));
        handler.Dispose();
        return true;
    }

    /// <summary>Whether a signal has a handler here. Any thread; a snapshot.</summary>
    internal bool HandlesSignal(int number) => (Volatile.Read(ref _handledSignals) & BitOf(number)) != 0;

    private void RemoveAllSignalHandlers()
    {
        foreach (SignalHandler handler in _signalHandlers!.Values)
        {
            handler.Dispose();
        }

        _signalHandlers.Clear();
        Volatile.Write(ref _handledSignals, 0);
    }

    private static ulong BitOf(int number) => 1UL << (number - 1);
}
