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

    private sealed class Gated
    {
        private SpinGate _gate;

        internal void Enter() => _gate.Enter();

        internal void Exit() => _gate.Exit();
    }
}
