using System.Runtime.InteropServices;
using Bridge.Tests.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Sends signals to the thread that made it, hundreds in a tenth of a second, until it is disposed of. Linux.</summary>
/// <remarks>
/// .NET has its handlers restart system calls. This one has a handler of its own, without SA_RESTART: a function of the C library that does
/// nothing of note, for managed code may not run in a handler.
/// </remarks>
internal sealed partial class SignalStorm : IDisposable
{
    /// <summary>A real-time signal that neither the C library nor .NET uses.</summary>
    private const int Number = 50;

    private readonly int _target = TestLibC.GetTid();
    private readonly Thread _thread;
    private volatile bool _isOver;
    private volatile int _sent;

    internal SignalStorm()
    {
        Install(NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "getpid"));
        _thread = new Thread(Send) { IsBackground = true, Name = "storm" };
        _thread.Start();
    }

    /// <summary>How many so far. Written by the sending thread.</summary>
    internal int Sent => _sent;

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
    }

    private void Send()
    {
        while (!_isOver)
        {
            TestLibC.Signal(_target, Number);
            _sent++;

            // The thread must get on between two of them; and now and then for longer than its shortest wait, which .NET's Socket.Select
            // begins anew after each signal.
            if (_sent % 16 == 0)
            {
                Thread.Sleep(5);
            }
            else
            {
                Thread.SpinWait(2000);
            }
        }
    }

    /// <summary>For good: one that is still under way when the storm is over finds a handler, other storms go on, and nobody else uses the signal.</summary>
    private static void Install(nint handler)
    {
        Assert.NotEqual(-1, Signal(Number, handler));
        Assert.Equal(0, Interrupt(Number, 1));
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);

    [LibraryImport("libc", EntryPoint = "siginterrupt")]
    private static partial int Interrupt(int number, int interrupts);
}
