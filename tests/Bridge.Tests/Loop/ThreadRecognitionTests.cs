using System.Runtime.CompilerServices;
using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>The loop knows its thread by the stack it stands on; where that does not tell, the slower way must say the same.</summary>
public sealed class ThreadRecognitionTests : LoopTest
{
    [Fact(Timeout = 30000)]
    public void OnLoopThread_NearTheStartOfTheRun_IsKnownByTheStack()
    {
        bool known = false;
        Loop.CallSoon(() => known = Loop.IsInStackWindow && Loop.IsOnLoopThread && ReferenceEquals(EventLoop.Running, Loop));
        RunOneTurn();
        Assert.True(known);
    }

    [Fact(Timeout = 30000)]
    public void OnLoopThread_DeepInTheStack_IsKnownAllTheSame()
    {
        bool beyondTheWindow = false;
        int ran = 0;
        Loop.CallSoon(() => Dive(100, () =>
        {
            beyondTheWindow = !Loop.IsInStackWindow;
            Assert.True(Loop.IsOnLoopThread);
            Assert.Same(Loop, EventLoop.Running);
            Loop.CallSoon(() => ran++);
            Loop.CallSoonThreadSafe(() => ran++);
            Loop.CallLater(TimeSpan.Zero, () => ran++);
        }));
        RunOneTurn();
        RunOneTurn();
        Assert.True(beyondTheWindow);
        Assert.Equal(3, ran);
        Assert.Equal(0, Loop.Posts); // It was CallSoon, and kept its place.
    }

    [Fact(Timeout = 30000)]
    public void OutsideARun_NobodyIsOnTheLoopThread()
    {
        Assert.False(Loop.IsInStackWindow);
        Assert.False(Loop.IsOnLoopThread);
        Loop.CallSoon(() => { });
        RunOneTurn();
        Assert.False(Loop.IsInStackWindow);
        Assert.False(Loop.IsOnLoopThread);
        Assert.False(EventLoop.TryGetRunning(out _));
    }

    [Fact(Timeout = 30000)]
    public void RunOnOneThreadAndThenOnAnother_EachTimeKnowsTheRunningOne()
    {
        // The second thread may well get the stack of the first.
        for (int i = 0; i < 20; i++)
        {
            bool known = false;
            Loop.CallSoon(() => known = Loop.IsOnLoopThread);
            Exception? failure = null;
            var runner = new Thread(() => failure = Record.Exception(RunOneTurn)) { IsBackground = true };
            runner.Start();
            runner.Join();
            Assert.Null(failure);
            Assert.True(known);
            Assert.False(Loop.IsOnLoopThread);
        }
    }

    [Fact(Timeout = 30000)]
    public void SeveralLoopsAtATime_EachThreadFindsItsOwn()
    {
        var loops = new List<LoopThread>();
        try
        {
            for (int i = 0; i < 4; i++)
            {
                loops.Add(new LoopThread(new SelectorEventLoop()));
            }

            foreach (LoopThread one in loops)
            {
                one.RunOnLoop(() =>
                {
                    foreach (LoopThread other in loops)
                    {
                        Assert.Equal(ReferenceEquals(one, other), other.Loop.IsOnLoopThread);
                        Assert.Equal(ReferenceEquals(one, other), other.Loop.IsInStackWindow);
                    }

                    Assert.Same(one.Loop, EventLoop.Running);
                });
                Assert.False(one.Loop.IsOnLoopThread);
                Assert.Contains("CallSoonThreadSafe", Assert.Throws<InvalidOperationException>(() => one.Loop.CallSoon(() => { })).Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            loops.ForEach(loop => loop.Dispose());
        }
    }

    [Fact]
    public void AmbientContext_IsReadFromTheThread()
    {
        // Should a new runtime keep it elsewhere, everything still works, at the price of a thread static per callback: decide then.
        Assert.True(AmbientContext.HasField);
    }

    private void RunOneTurn()
    {
        Loop.Stop();
        Loop.RunForever();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Dive(int levels, Action action)
    {
        Span<byte> room = stackalloc byte[1024];
        room[levels] = 1;
        if (levels == 0)
        {
            action();
        }
        else
        {
            Dive(levels - 1, action);
        }

        Assert.Equal(1, room[levels]);
    }
}
