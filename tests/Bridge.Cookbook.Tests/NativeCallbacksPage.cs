using System.Runtime.InteropServices;

namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/native-callbacks.md</summary>
public sealed partial class NativeCallbacksPage
{
    [Fact(Timeout = 30000)]
    public void NativeCallback_CalledByALibrary_IsHandledOnTheLoop()
    {
        List<int> handled = [];
        using var thread = new EventLoopThread();
        using (NativeCallback callback = Listen(thread.Loop, handled))
        {
            Raise(7);
            thread.Run(async Coroutine () => await LoopTask.Yield());
        }

        Assert.Equal([7], handled);
    }

    [Fact(Timeout = 30000)]
    public void NativeReply_LibraryNeedsAnAnswer_GetsIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The library is libc.");
        using var thread = new EventLoopThread();
        int[] numbers = [3, 1, 2];
        Sort(thread.Loop, numbers);
        Assert.Equal([1, 2, 3], numbers);
    }

    private static NativeCallback Listen(EventLoop loop, List<int> handled)
    {
        #region native-callbacks
        NativeCallback callback = loop.NativeCallback<int>(handled.Add);
        lib_set_handler(callback.Pointer);
        #endregion
        return callback;
    }

    private static unsafe void Sort(EventLoop loop, int[] numbers)
    {
        fixed (int* first = numbers)
        {
            SortBy(loop, first, numbers.Length);
        }
    }

    private static unsafe void SortBy(EventLoop loop, int* first, int count)
    {
        #region native-callbacks-reply
        using NativeCallback compare = loop.NativeReply<nint, nint, int>(
            (a, b) => (*(int*)a).CompareTo(*(int*)b), limit: TimeSpan.FromSeconds(10), fallback: 0);
        qsort(first, (nuint)count, sizeof(int), compare.Pointer);
        #endregion
    }

    private static unsafe delegate* unmanaged[Cdecl]<int, void> s_handler;

    private static unsafe void Raise(int value) => s_handler(value);

    /// <summary>Stands for a library that keeps a pointer and calls it when it likes.</summary>
    private static unsafe void lib_set_handler(nint pointer) => s_handler = (delegate* unmanaged[Cdecl]<int, void>)pointer;

    [LibraryImport("libc")]
    private static unsafe partial void qsort(void* first, nuint count, nuint size, nint compare);
}
