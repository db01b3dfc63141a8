using System.Runtime.InteropServices;
using Bridge.TestKit;
using Bridge.Tests.Interop;

namespace Bridge.Tests.Adapters;

/// <summary>Scenario 14: callbacks from native code, on the loop's thread and on foreign ones.</summary>
public sealed partial class NativeCallbackTests : LoopTest
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    [Fact(Timeout = 30000)]
    public void NativeCallback_CalledByANativeThread_IsHandledOnTheLoop()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The native caller is pthread_create.");
        using var host = new LoopHost();
        using var handled = new ManualResetEventSlim();
        (nint Argument, int Thread) got = default;
        using NativeCallback callback = host.Loop.NativeCallback<nint>(
            argument =>
            {
                got = (argument, Environment.CurrentManagedThreadId);
                handled.Set();
            },
            result: 5);
        Assert.Equal(5, OnNativeThread(callback.Pointer, 42));
        Assert.True(handled.Wait(s_limit));
        Assert.Equal((42, host.ThreadId), got);
    }

    [Fact(Timeout = 30000)]
    public void NativeReply_CalledByANativeThread_GetsTheLoopsAnswer()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The native caller is pthread_create.");
        using var host = new LoopHost();
        using NativeCallback callback = host.Loop.NativeReply<nint, nint>(
            argument => argument * 2 + (Environment.CurrentManagedThreadId == host.ThreadId ? 1 : 0), s_limit, fallback: -1);
        Assert.Equal(43, OnNativeThread(callback.Pointer, 21));
    }

    [Fact(Timeout = 30000)]
    public void NativeReply_NativeCodeCalledOnTheLoopThread_AnswersInline() => Run(async Coroutine () =>
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The native caller is libc's qsort.");
        await LoopTask.Yield();
        SortOnTheLoop(Loop);
    });

    [Fact(Timeout = 30000)]
    public void NativeReply_HandlerThrows_IsReportedAndNativeCodeGetsTheFallback()
    {
        Run(async Coroutine () =>
        {
            await LoopTask.Yield();
            Assert.Equal(-7, FallbackOfAFailure(Loop));
            await LoopTask.Yield();
        });
        Assert.Equal("seeded", TakeReport().Exception!.Message);
    }

    [Fact(Timeout = 30000)]
    public void NativeReply_HandlerThrowsForAnotherThread_IsReportedAndNativeCodeGetsTheFallback()
    {
        using var host = new LoopHost();
        using NativeCallback callback = host.Loop.NativeReply<int, int>(_ => throw new InvalidDataException("seeded"), s_limit, fallback: -7);
        Assert.Equal(-7, Call(callback.Pointer, 1));
        host.Do(() => { });
        Assert.Equal("seeded", Assert.Single(host.Reports).Exception!.Message);
    }

    [Fact(Timeout = 30000)]
    public void NativeReply_TimeIsOver_GivesTheFallbackAndTheHandlerNeverRuns()
    {
        using var host = new LoopHost();
        using var release = new ManualResetEventSlim();
        bool ran = false;
        using NativeCallback callback = Reply(host, TimeSpan.Zero, () => ran = true);
        host.Loop.CallSoonThreadSafe(release.Wait);
        Assert.Equal(-7, Call(callback.Pointer, 1));
        release.Set();
        host.Do(() => { });
        Assert.False(ran);
    }

    [Fact(Timeout = 30000)]
    public void NativeReply_CallerIsInterrupted_GivesTheFallbackAndTheHandlerNeverRuns()
    {
        using var host = new LoopHost();
        using var release = new ManualResetEventSlim();
        bool ran = false;
        using NativeCallback callback = Reply(host, s_limit, () => ran = true);
        host.Loop.CallSoonThreadSafe(release.Wait);
        int answer = 0;
        Thread caller = OtherThread.Start(() => answer = Call(callback.Pointer, 1));
        caller.Interrupt();
        Assert.True(caller.Join(s_limit));
        release.Set();
        host.Do(() => { });
        Assert.Equal((-7, false), (answer, ran));
        Assert.IsType<ThreadInterruptedException>(Assert.Single(host.Reports).Exception);
    }

    [Fact(Timeout = 30000)]
    public void NativeReply_LoopClosesWhileTheCallWaits_GivesTheFallback()
    {
        var host = new LoopHost();
        using NativeCallback callback = host.Loop.NativeReply<int, int>(_ => 1, Timeout.InfiniteTimeSpan, fallback: -7);
        using var begun = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        host.Loop.CallSoonThreadSafe(() =>
        {
            // The turn in which the loop is stopped is its last: the call that comes meanwhile waits in vain.
            begun.Set();
            release.Wait();
            host.Loop.Stop();
        });
        begun.Wait();
        int answer = 0;
        long posts = host.Loop.Posts;
        Thread caller = OtherThread.Start(() => answer = Call(callback.Pointer, 1));
        SpinWait.SpinUntil(() => host.Loop.Posts > posts);
        release.Set();
        host.Close();
        Assert.True(caller.Join(s_limit));
        Assert.Equal(-7, answer);
        Assert.Equal(-7, Call(callback.Pointer, 1));
    }

    [Fact(Timeout = 30000)]
    public void NativeCallback_LoopIsClosed_ReturnsItsResultAndIsCounted()
    {
        var loop = new SelectorEventLoop();
        using NativeCallback callback = loop.NativeCallback<int>(_ => Assert.Fail("The loop is closed."), result: 3);
        loop.Close();
        Assert.Equal(3, Call(callback.Pointer, 1));
        Assert.Equal(1, loop.LateCompletions);
    }

    [Fact(Timeout = 30000)]
    public void NativeCallback_WithCopy_ReadsWhatIsGoneAfterTheCall() => Run(async Coroutine () =>
    {
        var got = new List<string>();
        using NativeCallback callback = Loop.NativeCallback<nint, int, byte[]>(
            Copy,
            bytes => got.Add(System.Text.Encoding.ASCII.GetString(bytes)));
        OtherThread.Run(() => CallWithText(callback.Pointer));
        await LoopTask.Yield();
        await LoopTask.Yield();
        Assert.Equal(["one", "two"], got);
    });

    [Fact(Timeout = 30000)]
    public void NativeCallback_CopyThrowsOrNoRoomIsLeft_IsReportedAndNativeCodeKnowsNothing()
    {
        using NativeCallback failing = Loop.NativeCallback<nint, int, byte[]>((_, _) => throw new InvalidDataException("seeded"), _ => { }, result: 9);
        Assert.Equal(9, Call(failing.Pointer, 1));
        RunTurns();
        Assert.Equal("seeded", TakeReport().Exception!.Message);

        using NativeCallback full = Loop.NativeCallback<int>(_ => { }, bound: 1, WhenFull.Fail, result: 9);
        Assert.Equal(9, Call(full.Pointer, 1));
        Assert.Equal(9, Call(full.Pointer, 2));
        RunTurns();
        Assert.IsType<QueueFullException>(TakeReport().Exception);
    }

    [Fact(Timeout = 30000)]
    public void NativeCallback_NobodyHoldsIt_StaysAliveUntilDisposed()
    {
        (nint pointer, WeakReference<NativeCallback> callback) = Make(Loop);
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(4, Call(pointer, 1));
        RunTurns();
        Assert.True(callback.TryGetTarget(out NativeCallback? made));
        made.Dispose();

        static (nint, WeakReference<NativeCallback>) Make(EventLoop loop)
        {
            NativeCallback callback = loop.NativeCallback<int>(_ => { }, result: 4);
            return (callback.Pointer, new WeakReference<NativeCallback>(callback));
        }
    }

    [Fact]
    public unsafe void NativeCallback_NarrowArguments_AreReadAndWrittenAsDeclared()
    {
        var got = new List<(sbyte, DayOfWeek)>();
        using NativeCallback callback = Loop.NativeCallback<sbyte, DayOfWeek>((a, b) => got.Add((a, b)));
        ((delegate* unmanaged[Cdecl]<sbyte, int, void>)callback.Pointer)(-3, 4);
        RunTurns();
        Assert.Equal([((sbyte)-3, DayOfWeek.Thursday)], got);
        using NativeCallback reply = Loop.NativeReply<short, ushort, int, int>((a, b, c) => a + b + c, TimeSpan.Zero, fallback: int.MinValue);
        Assert.Equal(int.MinValue, ((delegate* unmanaged[Cdecl]<short, ushort, int, int>)reply.Pointer)(1, 2, 3));
    }

    [Fact]
    public void NativeCallback_BadArguments_Throw()
    {
        Assert.Contains("System.Boolean", Assert.Throws<ArgumentException>(() => Loop.NativeCallback<bool>(_ => { })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Loop.NativeCallback<double>(_ => { }));
        Assert.Throws<ArgumentException>(() => Loop.NativeReply<int, Guid>(_ => default, s_limit, default));
        Assert.Throws<ArgumentNullException>(() => Loop.NativeCallback((Action<int>)null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.NativeReply<int, int>(_ => 1, TimeSpan.FromSeconds(-5), 0));
    }

    [Fact]
    public void Pointer_AfterDispose_Throws()
    {
        NativeCallback callback = Loop.NativeCallback<int>(_ => { });
        callback.Dispose();
        callback.Dispose();
        Assert.Throws<ObjectDisposedException>(() => callback.Pointer);
    }

    private static unsafe byte[] Copy(nint data, int length) => new ReadOnlySpan<byte>((void*)data, length).ToArray();

    private static unsafe int Call(nint pointer, int argument) => ((delegate* unmanaged[Cdecl]<int, int>)pointer)(argument);

    private static unsafe void CallWithText(nint pointer)
    {
        var call = (delegate* unmanaged[Cdecl]<byte*, int, void>)pointer;
        byte* text = stackalloc byte[3];
        "one"u8.CopyTo(new Span<byte>(text, 3));
        call(text, 3);
        "two"u8.CopyTo(new Span<byte>(text, 3));
        call(text, 3);
        new Span<byte>(text, 3).Clear();
    }

    private static int FallbackOfAFailure(EventLoop loop)
    {
        using NativeCallback callback = loop.NativeReply<int, int>(_ => throw new InvalidDataException("seeded"), s_limit, fallback: -7);
        return Call(callback.Pointer, 1);
    }

    private static unsafe void SortOnTheLoop(EventLoop loop)
    {
        using NativeCallback compare = loop.NativeReply<nint, nint, int>(
            static (a, b) => (*(int*)a).CompareTo(*(int*)b), s_limit, fallback: 0);
        int[] numbers = [5, 3, 9, 1];
        fixed (int* first = numbers)
        {
            Sort(first, (nuint)numbers.Length, sizeof(int), compare.Pointer);
        }

        Assert.Equal([1, 3, 5, 9], numbers);
    }

    /// <summary>A callback that answers 1, after the handler.</summary>
    private static NativeCallback Reply(LoopHost host, TimeSpan limit, Action handler) => host.Loop.NativeReply<int, int>(
        _ =>
        {
            handler();
            return 1;
        },
        limit,
        fallback: -7);

    private static unsafe nint OnNativeThread(nint start, nint argument)
    {
        nuint thread;
        Assert.Equal(0, CreateThread(&thread, 0, start, argument));
        nint result;
        Assert.Equal(0, JoinThread(thread, &result));
        return result;
    }

    [LibraryImport("libc", EntryPoint = "pthread_create")]
    private static unsafe partial int CreateThread(nuint* thread, nint attributes, nint start, nint argument);

    [LibraryImport("libc", EntryPoint = "pthread_join")]
    private static unsafe partial int JoinThread(nuint thread, nint* result);

    [LibraryImport("libc", EntryPoint = "qsort")]
    private static unsafe partial void Sort(void* first, nuint count, nuint size, nint compare);
}
