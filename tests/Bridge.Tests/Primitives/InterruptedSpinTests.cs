using System.Reflection;
using Bridge.Executors;

namespace Bridge.Tests.Primitives;

/// <summary>An interrupt must not break off a wait for another thread's next instructions: in the middle of a completion it would lose the outcome.</summary>
public sealed class InterruptedSpinTests
{
    /// <summary>Enough for the spin to come to its sleeps, which throw pending interrupts.</summary>
    private const int Rounds = 50;

    [Fact(Timeout = 30000)]
    public void SteadySpin_ThreadIsInterrupted_StrikesOnlyAfterTheEnd()
        => OtherThread.Run(() =>
        {
            var spin = default(SteadySpin);
            Thread.CurrentThread.Interrupt();
            for (int i = 0; i < Rounds; i++)
            {
                spin.SpinOnce();
            }

            spin.End();
            Assert.Throws<ThreadInterruptedException>(() => Thread.Sleep(0));
        });

    [Fact(Timeout = 30000)]
    public void SteadySpin_NobodyInterrupts_EndIsQuiet()
        => OtherThread.Run(() =>
        {
            var spin = default(SteadySpin);
            for (int i = 0; i < Rounds; i++)
            {
                spin.SpinOnce();
            }

            spin.End();
            Thread.Sleep(0);
        });

    [Fact(Timeout = 30000)]
    public void SpinGate_ThreadThatWaitsIsInterrupted_EntersAllTheSame()
    {
        Exception? struck = null;
        var gate = new Gated();
        gate.Enter();
        using var interrupted = new ManualResetEventSlim();
        Thread waiter = OtherThread.Start(() =>
        {
            Thread.CurrentThread.Interrupt();
            interrupted.Set();
            gate.Enter();
            gate.Exit();
            struck = Record.Exception(() => Thread.Sleep(0));
        });
        interrupted.Wait(TestContext.Current.CancellationToken);
        gate.Exit();
        waiter.Join();
        Assert.IsType<ThreadInterruptedException>(struck);
    }

    [Fact(Timeout = 30000)]
    public void Forget_PendingInterrupt_IsGone()
        => OtherThread.Run(() =>
        {
            Thread.CurrentThread.Interrupt();
            Interrupts.Forget();
            Thread.Sleep(0);
        });

    public static TheoryData<string, object> Locks => new() { { "Lock", AsObject(new Lock()) }, { "monitor", new object() } };

    [Theory(Timeout = 30000)]
    [MemberData(nameof(Locks), DisableDiscoveryEnumeration = true)]
    public void Hold_ThreadThatWaitsIsInterrupted_EntersAllTheSame(string kind, object guard)
    {
        Assert.NotEmpty(kind);
        Exception? struck = null;
        int entered = 0;
        Thread? waiter = null;
        Inside(guard, () =>
        {
            waiter = OtherThread.Start(() =>
            {
                Thread.CurrentThread.Interrupt();
                Inside(guard, () => entered++);
                struck = Record.Exception(() => Thread.Sleep(0));
            });
            SpinWait.SpinUntil(() => waiter.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
            Assert.Equal(0, entered);
        });
        waiter!.Join();
        Assert.Equal(1, entered);
        Assert.IsType<ThreadInterruptedException>(struck);
    }

    [Fact(Timeout = 30000)]
    public void AsTask_LoopThreadIsInterruptedAtALock_TheTaskEnds()
    {
        using var loop = new SelectorEventLoop();
        LoopFuture<int> future = loop.CreateFuture<int>();
        Task<int> task = future.AsTask();
        loop.CallSoon(() =>
        {
            Thread.CurrentThread.Interrupt();
            future.SetResult(1);
            loop.CallSoon(() => loop.CallSoon(loop.Stop));
        });
        Thread? runner = null;
        Inside(CloseLockOf(loop), () =>
        {
            runner = OtherThread.Start(loop.RunForever);
            SpinWait.SpinUntil(() => runner.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || !runner.IsAlive);
        });
        runner!.Join();
        Assert.True(task.IsCompletedSuccessfully);
    }

    /// <summary>The compiler warns of a Lock that becomes an object, rightly elsewhere.</summary>
    private static object AsObject<T>(T guard)
        where T : class => guard;

    private static void Inside(object guard, Action action)
    {
        if (guard is Lock plain)
        {
            using (Interrupts.Hold(plain))
            {
                action();
            }
        }
        else
        {
            using (Interrupts.Hold(guard))
            {
                action();
            }
        }
    }

    /// <summary>The lock under which bridges come and go; in life it is held for moments only.</summary>
    private static object CloseLockOf(EventLoop loop)
    {
        const BindingFlags Private = BindingFlags.Instance | BindingFlags.NonPublic;
        object registry = typeof(EventLoop).GetField("_closeRegistry", Private)!.GetValue(loop)!;
        return registry.GetType().GetField("_lock", Private)!.GetValue(registry)!;
    }

    private sealed class Gated
    {
        private SpinGate _gate;

        internal void Enter() => _gate.Enter();

        internal void Exit() => _gate.Exit();
    }
}
