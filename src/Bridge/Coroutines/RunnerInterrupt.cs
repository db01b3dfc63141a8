using System.Runtime.InteropServices;

namespace Bridge;

/// <summary>Ctrl-C during one run: the first cancels the main task, the second has its usual effect, which is to end the process.</summary>
internal sealed class RunnerInterrupt : IDisposable
{
    private readonly LoopTask _main;
    private readonly PosixSignalRegistration? _registration;

    /// <summary>Written, interlocked, by the thread that signals come in on; read by the loop thread after the main task has ended.</summary>
    private int _count;

    internal RunnerInterrupt(LoopTask main, bool register)
    {
        _main = main;
        _registration = register ? TryRegister() : null;
    }

    internal bool Happened => Volatile.Read(ref _count) > 0;

    public void Dispose() => _registration?.Dispose();

    /// <summary>A signal came. True: it was made a cancel request. False: it is none of ours. Any thread.</summary>
    /// <remarks>A handler that the user gave the loop for SIGINT comes first, as in asyncio; it keeps the process alive by itself.</remarks>
    internal bool Signal()
        => !_main.Loop.HandlesSignal(SignalNumbers.SIGINT)
            && Interlocked.Increment(ref _count) == 1 && !_main.IsDone && _main.CancelThreadSafe("interrupted from the keyboard");

    private PosixSignalRegistration? TryRegister()
    {
        try
        {
            return PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        }
        catch (PlatformNotSupportedException)
        {
            // Without signals there is no Ctrl-C to handle.
            return null;
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (Signal())
        {
            context.Cancel = true;
        }
    }
}
