using Bridge.Net;
using Bridge.TestKit;

namespace Bridge.Tests.Net;

/// <summary>Row Z3.</summary>
public sealed class StaggeredRaceTests : LoopTest
{
    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(1);

    private readonly List<string> _log = [];
    private readonly List<string> _discarded = [];

    [Fact(Timeout = 30000)]
    public void Run_Nothing_NobodyWins() => Run(async Coroutine () =>
    {
        (string? result, int winner, IReadOnlyList<Exception?> failures) = await Race(s_delay);
        Assert.Null(result);
        Assert.Equal(-1, winner);
        Assert.Empty(failures);
    });

    [Fact(Timeout = 30000)]
    public void Run_FirstSucceeds_OthersNeverStart() => Run(async Coroutine () =>
    {
        (string? result, int winner, IReadOnlyList<Exception?> failures) = await Race(s_delay, () => After("a", 0.5), () => After("b", 0));
        Assert.Equal(("a", 0), (result, winner));
        Assert.Equal([null], failures);
        Assert.Equal(["a"], _log);
        Assert.Equal(TimeSpan.FromSeconds(0.5), Time.Elapsed);
    });

    [Fact(Timeout = 30000)]
    public void Run_FirstFails_NextStartsAtOnce() => Run(async Coroutine () =>
    {
        (string? result, int winner, IReadOnlyList<Exception?> failures) = await Race(s_delay, () => Fails("a", 0.25), () => After("b", 0.25));
        Assert.Equal(("b", 1), (result, winner));
        Assert.IsType<FormatException>(failures[0]);
        Assert.Null(failures[1]);
        Assert.Equal(TimeSpan.FromSeconds(0.5), Time.Elapsed);
    });

    [Fact(Timeout = 30000)]
    public void Run_FirstIsSlow_NextStartsAfterTheDelayAndTheLoserIsCancelled() => Run(async Coroutine () =>
    {
        (string? result, int winner, IReadOnlyList<Exception?> failures) = await Race(s_delay, () => After("a", 100), () => After("b", 0.5));
        Assert.Equal(("b", 1), (result, winner));
        Assert.IsType<LoopCanceledException>(failures[0], exactMatch: false);
        Assert.Null(failures[1]);
        Assert.Equal(["a", "b", "a cancelled"], _log);
        Assert.Equal(TimeSpan.FromSeconds(1.5), Time.Elapsed);
    });

    [Fact(Timeout = 30000)]
    public void Run_OlderFailsBeforeTheDelay_DoesNotStartTheNextEarly() => Run(async Coroutine () =>
    {
        (string? result, int winner, _) = await Race(s_delay, () => Fails("a", 1.5), () => After("b", 100), () => After("c", 0));
        Assert.Equal(("c", 2), (result, winner));
        Assert.Equal(TimeSpan.FromSeconds(2), Time.Elapsed);
    });

    [Fact(Timeout = 30000)]
    public void Run_AllFail_GivesEveryFailure() => Run(async Coroutine () =>
    {
        (string? result, int winner, IReadOnlyList<Exception?> failures) = await Race(s_delay, () => Fails("a", 3), () => Fails("b", 0), () => Fails("c", 0));
        Assert.Null(result);
        Assert.Equal(-1, winner);
        Assert.Equal(["a", "b", "c"], failures.Select(static failure => failure!.Message));
        Assert.Equal(TimeSpan.FromSeconds(3), Time.Elapsed);
    });

    [Fact(Timeout = 30000)]
    public void Run_WithoutDelay_IsStrictlySequential() => Run(async Coroutine () =>
    {
        (string? result, int winner, _) = await Race(null, () => Fails("a", 1000), () => After("b", 1));
        Assert.Equal(("b", 1), (result, winner));
        Assert.Equal(TimeSpan.FromSeconds(1001), Time.Elapsed);
    });

    [Fact(Timeout = 30000)]
    public void Run_TwoSucceedInOneTurn_TheSecondIsDiscarded() => Run(async Coroutine () =>
    {
        (string? result, int winner, _) = await Race(s_delay, () => Stubborn("a", 2), () => After("b", 0.5));
        Assert.Equal(("b", 1), (result, winner));
        Assert.Equal(["a"], _discarded);
    });

    [Fact(Timeout = 30000)]
    public void Run_Cancelled_CancelsAndAwaitsAll() => Run(async Coroutine () =>
    {
        LoopTask task = Loop.CreateTask(Race(s_delay, () => After("a", 100), () => After("b", 100)));
        await LoopTask.Sleep(TimeSpan.FromSeconds(1.5));
        task.Cancel("enough");
        LoopCanceledException failure = Assert.IsType<LoopCanceledException>(await Outcome.Of(task), exactMatch: false);
        Assert.Equal("enough", failure.CancelMessage);
        Assert.Equal(["a", "b", "a cancelled", "b cancelled"], _log);
        Assert.Equal([LoopTask.Current!], LoopTask.All(Loop));
    });

    [Fact(Timeout = 30000)]
    public void Run_WonBeforeTheNextTookItsFirstStep_ItNeverRuns() => Run(async Coroutine () =>
    {
        (string? result, int winner, IReadOnlyList<Exception?> failures) = await Race(s_delay, () => AfterAndATurn("a", 1), () => After("b", 100));
        Assert.Equal(("a", 0), (result, winner));
        Assert.Equal(2, failures.Count);
        Assert.IsType<LoopCanceledException>(failures[1]);
        Assert.Equal(["a"], _log);
    });

    private Coroutine<(string? Result, int Winner, IReadOnlyList<Exception?> Failures)> Race(TimeSpan? delay, params Func<Coroutine<string>>[] attempts)
        => new StaggeredRace<string>(Loop, attempts, delay, _discarded.Add).Run();

    private async Coroutine<string> After(string name, double seconds)
    {
        _log.Add(name);
        try
        {
            await LoopTask.Sleep(TimeSpan.FromSeconds(seconds));
            return name;
        }
        catch (OperationCanceledException)
        {
            _log.Add($"{name} cancelled");
            throw;
        }
    }

    private async Coroutine<string> AfterAndATurn(string name, double seconds)
    {
        string result = await After(name, seconds);
        await LoopTask.Yield();
        return result;
    }

    private async Coroutine<string> Fails(string name, double seconds)
    {
        await LoopTask.Sleep(TimeSpan.FromSeconds(seconds));
        throw new FormatException(name);
    }

    private static async Coroutine<string> Stubborn(string name, double seconds)
    {
        try
        {
            await LoopTask.Sleep(TimeSpan.FromSeconds(seconds));
        }
        catch (OperationCanceledException)
        {
            // Was just about to succeed.
        }

        return name;
    }
}
