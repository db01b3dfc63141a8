using System.Runtime.CompilerServices;

namespace Bridge.Tests;

/// <summary>Makes what nobody can reach any more go away now, finalizers included.</summary>
internal static class Garbage
{
    /// <summary>Makes the garbage in a frame that is gone afterwards, and on a thread whose stack is gone as well.</summary>
    internal static void MakeAndCollect(Action make)
    {
        OtherThread.Run(() => Call(make));
        Collect();
    }

    internal static void Collect()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Call(Action action) => action();
}
