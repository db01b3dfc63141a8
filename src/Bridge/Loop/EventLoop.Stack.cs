using System.Runtime.CompilerServices;

namespace Bridge;

/// <content>How deep inline calls may go.</content>
public abstract partial class EventLoop
{
    /// <summary>
    /// What the runtime vouches for below an address is at least 64 KiB. A quarter of it is used up before asking it again, so that
    /// a check is one compare instead of a call into the runtime.
    /// </summary>
    private const int StackStep = 16 * 1024;

    /// <summary>Stack addresses from here up are known to leave room. Stacks grow downwards. Loop thread; forgotten with every run, which may have another stack.</summary>
    private nuint _stackKnownFrom = nuint.MaxValue;

    /// <summary>Whether the stack has room for more inline calls. Loop thread, inside a run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe bool HasStack()
    {
        byte here;
        return (nuint)(&here) >= _stackKnownFrom || AskForStack((nuint)(&here));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool AskForStack(nuint here)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return false;
        }

        _stackKnownFrom = here - StackStep;
        return true;
    }
}
