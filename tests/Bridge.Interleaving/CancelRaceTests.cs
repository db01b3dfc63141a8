namespace Bridge.Interleaving;

/// <summary>Row C6.</summary>
public sealed class CancelRaceTests
{
    [Fact(Timeout = 1200000)]
    public void Cancel_ByOneThread_KeepsThePostFromRunningOrComesTooLate()
        => Explorer.Prove(4, () => new CancelRaceModel(2, [[1, 0]]));

    [Fact(Timeout = 1200000)]
    public void Cancel_ByTwoThreads_SucceedsForOneOfThemAtMost()
        => Explorer.Prove(2, () => new CancelRaceModel(2, [[0, 1], [1, 0]]));

    [Fact(Timeout = 1200000)]
    public void Cancel_Twice_SucceedsOnce()
        => Explorer.Prove(4, () => new CancelRaceModel(2, [[1, 1]]));

    [Fact(Timeout = 1200000)]
    public void Cancel_OnTheLoopThreadToo_SucceedsForOneOfThemAtMost()
        => Explorer.Prove(2, () => new CancelRaceModel(3, [[2, 1], [2]], loopCancelsToo: true));

    [Fact(Timeout = 1200000)]
    public void Cancel_DuringClose_NeverSucceedsForAPostThatRan()
        => Explorer.Prove(2, () => new CancelRaceModel(2, [[0, 1], [1]], closes: true));
}
