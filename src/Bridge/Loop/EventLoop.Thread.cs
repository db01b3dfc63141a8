using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>Which thread runs the loop: how it is recognised, and the ambient context it is in.</content>
/// <remarks>
/// <para>
/// A thread static costs 3 ns, a quarter of a whole CallSoon, and the hot paths would read three or four. So the loop's thread is recognised by
/// its stack: when a run begins the runtime vouches for 64 KiB of stack below it, and whoever stands in the upper <see cref="StackWindow"/> of
/// that is the running thread, for no other living thread has these addresses. Deeper code, and other threads, are told apart by their Thread object.
/// </para>
/// <para>
/// One field decides, so no torn read can. A thread that reads it late sees the window of a thread that ran the loop before. If that one
/// lives, the reader does not stand there. If it has ended and the reader got its stack, the reader was started after it had cleared the field.
/// </para>
/// </remarks>
public abstract partial class EventLoop
{
    /// <summary>How far below the start of a run code is recognised by its address.</summary>
    private const int StackWindow = 48 * 1024;

    /// <summary>Where the stack stood when the run began; 0 outside a run. Written by the running thread, read by any; see the remarks.</summary>
    private nuint _stackTop;

    /// <summary>
    /// The thread inside RunForever, null if none; of a guest loop, the thread its host ran the latest turn on. Written by that thread; others
    /// read it to compare it with themselves, which is benign: whatever they see, it is not themselves unless they run the loop.
    /// </summary>
    private Thread? _thread;

    /// <summary>The loop inside whose callback this one has its turn: the host of a guest, if it is one of ours. Loop thread.</summary>
    private EventLoop? _outer;

    private nuint _outersStackTop;

    /// <summary>The thread is this loop's, but runs other code: the host's between two turns of a guest, or a guest's turn in its host. Loop thread.</summary>
    private bool _isAside;

    /// <summary>Whether the calling thread is the one that runs this loop. Any thread.</summary>
    public bool IsOnLoopThread => IsInStackWindow || IsRunBy(Thread.CurrentThread);

    /// <summary>Whether the caller is code that the loop runs. The same as being on its thread, but for a guest, whose host has code of its own there.</summary>
    internal bool IsInTurn => IsOnLoopThread && !_isAside;

    /// <summary>True: the caller is on the loop thread. False: perhaps not.</summary>
    internal unsafe bool IsInStackWindow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            byte here;
            return _stackTop - (nuint)(&here) < StackWindow;
        }
    }

    /// <summary>Throws if the loop runs on another thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AssertLoopThread()
    {
        if (!IsInStackWindow)
        {
            AssertLoopThreadSlow();
        }
    }

    /// <summary>Throws if the loop runs on another thread or is closed. A running loop is not closed, so one check does for both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AssertCanSchedule()
    {
        if (!IsInStackWindow)
        {
            AssertLoopThreadSlow();
            ThrowIfClosed();
        }
    }

    /// <summary>The context to run a callback scheduled now in; null is the default one. The thread has been checked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ExecutionContext? CaptureContext() => _thread is { } thread ? AmbientContext.Capture(thread) : AmbientContext.Capture();

    /// <summary>Whether the current context is the default one, for certain. Loop thread, inside a run.</summary>
    internal bool IsInDefaultContext
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => AmbientContext.IsDefault(_thread!);
    }

    /// <summary>Makes a context, null being the default one, the current one. Loop thread, inside a run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SwitchContext(ExecutionContext? wanted) => AmbientContext.Switch(_thread!, wanted);

    /// <summary>Whether <paramref name="here"/>, which must be the current thread, runs this loop.</summary>
    private bool IsRunBy(Thread here) => ReferenceEquals(_thread, here) && (_guest is not { } guest || TakeBackFromHelper(guest));

    private unsafe void EnterThread()
    {
        byte here;
        _thread = Thread.CurrentThread;
        _stackTop = RuntimeHelpers.TryEnsureSufficientExecutionStack() ? (nuint)(&here) : 0;
        _stackKnownFrom = nuint.MaxValue;
        _isAside = false;
        _outer = RunningLoop.Enter(this);
        if (_outer is not null)
        {
            // A guest stands in its host's stack too: there the host must not be known by that.
            (_outer._isAside, _outer._stackTop, _outersStackTop) = (true, 0, _outer._stackTop);
        }
    }

    private void LeaveThread()
    {
        RunningLoop.Leave(this, _outer);
        if (_outer is not null)
        {
            (_outer._isAside, _outer._stackTop, _outer) = (false, _outersStackTop, null);
        }

        _isAside = true;
        _stackTop = 0;
        if (_guest is null)
        {
            _thread = null; // A guest stays its host's between turns.
        }
    }

    private void AssertLoopThreadSlow()
    {
        if (_thread is { } running && !IsRunBy(Thread.CurrentThread))
        {
            throw new InvalidOperationException(Messages.WrongThread(this, running.ManagedThreadId));
        }
    }
}
