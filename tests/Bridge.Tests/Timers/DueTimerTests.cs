using System.Runtime.CompilerServices;
using Bridge.TestKit;

namespace Bridge.Tests.Timers;

/// <summary>Rows C8, E5, E6: timers that are in the ready queue already, and what is left of timers that are over.</summary>
public sealed class DueTimerTests : LoopTest
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact(Timeout = 30000)]
    public void Cancel_ManyOfThoseThatAreDue_OnlyTheOthersRun()
    {
        const int Timers = 500;
        var ran = new List<int>();
        var handles = new TimerHandle[Timers];
        Loop.CallAt(s_second, () =>
        {
            for (int i = 0; i < Timers; i += 3)
            {
                Assert.True(handles[i].IsPending);
                Assert.True(handles[i].Cancel());
                Assert.False(handles[i].IsPending);
                Assert.False(handles[i].Cancel());
            }
        });
        for (int i = 0; i < Timers; i++)
        {
            int number = i;
            handles[i] = Loop.CallAt(s_second, () =>
            {
                Assert.False(handles[number].IsPending, "It has started.");
                Assert.True(number == 0 || !handles[number - 1].Cancel(), "It ran or was cancelled.");
                ran.Add(number);
            });
        }

        Time.Advance(s_second);
        RunTurns();
        Assert.Equal(Enumerable.Range(0, Timers).Where(i => i % 3 != 0), ran);
        Assert.Equal(0, Loop.TimerCount);
        Assert.Empty(Reports);
    }

    [Fact(Timeout = 30000)]
    public void Entry_UsedAgain_IsNotTouchedByOldHandles()
    {
        var ran = new List<int>();
        var old = new List<TimerHandle>();
        for (int round = 0; round < 10; round++)
        {
            for (int i = 0; i < 100; i++)
            {
                int number = (round * 100) + i;
                old.Add(Loop.CallLater(s_second, () => ran.Add(number)));
            }

            Assert.All(old[..^100], handle => Assert.False(handle.IsPending || handle.Cancel()));
            Assert.All(old[^100..], handle => Assert.True(handle.IsPending));
            Time.Advance(s_second);
            RunTurns(2);
        }

        Assert.Equal(Enumerable.Range(0, 1000), ran);
        Assert.Equal(1000, old.Distinct().Count());
    }

    [Fact(Timeout = 30000)]
    public void Callback_MakesTimers_TheirEntriesAreNotThoseThatStillWaitToRun()
    {
        var ran = new List<string>();
        var late = new List<TimerHandle>();
        for (int i = 0; i < 100; i++)
        {
            int number = i;
            late.Add(Loop.CallAt(s_second, () =>
            {
                Loop.CallLater(TimeSpan.Zero, () => ran.Add($"new {number}"));
                ran.Add($"old {number}");
                if (number < 50)
                {
                    Assert.True(late[^(number + 1)].Cancel());
                }
            }));
        }

        Time.Advance(s_second);
        RunTurns(2);
        Assert.Equal([.. Names("old"), .. Names("new")], ran);

        static IEnumerable<string> Names(string kind) => Enumerable.Range(0, 50).Select(i => $"{kind} {i}");
    }

    [Fact(Timeout = 30000)]
    public void FatalException_TimersThatWereDue_AreStillKnownInTheNextRun()
    {
        var ran = new List<int>();
        Loop.CallAt(s_second, () => throw new FatalTestException());
        TimerHandle runs = Loop.CallAt(s_second, () => ran.Add(1));
        TimerHandle cancelled = Loop.CallAt(s_second, () => ran.Add(2));
        Time.Advance(s_second);
        Assert.Throws<FatalTestException>(() => RunTurns());
        for (int i = 0; i < 100; i++)
        {
            Loop.CallAt(s_second, () => ran.Add(3));
        }

        Assert.True(runs.IsPending);
        Assert.True(cancelled.Cancel());
        Assert.False(cancelled.IsPending);
        RunTurns();
        Assert.Equal([1, .. Enumerable.Repeat(3, 100)], ran);
        Assert.False(runs.Cancel());
    }

    [Fact(Timeout = 30000)]
    public void CallbackAndArgument_RunCancelledOrClosed_AreLetGo()
    {
        Loop.CallAt(TimeSpan.Zero, static () => { });
        var kept = new List<WeakReference>();
        var handles = new List<TimerHandle>();
        for (int i = 0; i < 5; i++)
        {
            Schedule(TimeSpan.FromSeconds(1 + (i / 2)));
        }

        handles[0].Cancel();
        Assert.Equal([false, true, true, true, true], Alive());
        Loop.CallAt(TimeSpan.Zero, () => handles[1].Cancel());
        Time.Advance(s_second);
        RunTurns();
        Assert.Equal([false, false, true, true, true], Alive());
        Time.Advance(s_second);
        RunTurns();
        Assert.Equal([false, false, false, false, true], Alive());
        Loop.Close();
        Assert.Equal([false, false, false, false, false], Alive());

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Schedule(TimeSpan when)
        {
            var state = new object();
            handles.Add(Loop.CallAt(when, _ => { }, state));
            kept.Add(new WeakReference(state));
        }

        IEnumerable<bool> Alive()
        {
            Garbage.Collect();
            return kept.Select(reference => reference.IsAlive);
        }
    }

    [Fact(Timeout = 30000)]
    public void Close_TimersOfEveryKind_AreGone()
    {
        TimerHandle[] handles =
        [
            Loop.CallAt(TimeSpan.MinValue, () => Assert.Fail("ran")),
            Loop.CallLater(s_second, () => Assert.Fail("ran")),
            .. Enumerable.Range(0, 500).Select(i => Loop.CallLater(TimeSpan.FromDays(i), () => Assert.Fail("ran"))),
        ];
        Loop.Close();
        Assert.Equal(0, Loop.TimerCount);
        Assert.All(handles, handle => Assert.False(handle.IsPending || handle.Cancel()));
        Assert.Equal(s_second, handles[1].When);
    }

    [Fact(Timeout = 30000)]
    public void Callback_InDebugMode_IsReportedWithItsNameAndStack()
    {
        Loop.Debug = true;
        Loop.CallLater(s_second, () => throw new FormatException());
        Time.Advance(s_second);
        RunTurns();
        LoopErrorContext report = TakeReport();
        Assert.Contains(nameof(Callback_InDebugMode_IsReportedWithItsNameAndStack), report.Handle, StringComparison.Ordinal);
        Assert.Contains(nameof(Callback_InDebugMode_IsReportedWithItsNameAndStack), report.SourceStack, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Context_OfEachTimer_IsItsOwn()
    {
        var local = new AsyncLocal<int>();
        var seen = new List<int>();
        for (int i = 0; i < 10; i++)
        {
            local.Value = i;
            Loop.CallAt(s_second, () => seen.Add(local.Value));
        }

        local.Value = -1;
        Time.Advance(s_second);
        RunTurns();
        Assert.Equal(Enumerable.Range(0, 10), seen);
    }
}
