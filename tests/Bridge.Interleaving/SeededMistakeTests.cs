namespace Bridge.Interleaving;

/// <summary>The explorer is worth what it finds: each of these models holds a mistake, and each must be found.</summary>
public sealed class SeededMistakeTests
{
    [Theory(Timeout = 120000)]
    [InlineData(1)]
    [InlineData(2)]
    public void Explore_LoopThatLooksBeforeItAnnouncesItsSleep_FindsTheLostWakeUp(int producers)
    {
        Exploration found = Explorer.Refute(2, () => new SeededInboxModel(producers));
        Assert.StartsWith("Nobody can go on: loop Waiting", found.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("SeededInboxModel.Sleep", found.Failure.Trace, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120000)]
    public void Explore_CancellerThatLooksBeforeItAsks_FindsTheCancelledPostThatRan()
        => Assert.Equal("A post ran although it was cancelled.", Explorer.Refute(2, () => new SeededCancelModel()).Failure!.Message);

    [Fact(Timeout = 120000)]
    public void Explore_LockThatLooksAndTakesInTwoSteps_FindsTheLostCount()
        => Assert.Equal("2 threads counted to 1.", Explorer.Refute(2, () => new GateModel(2, correct: false)).Failure!.Message);

    [Fact(Timeout = 120000)]
    public void Explore_CancelWithoutTheProcessWideFence_FindsTheCancelledPostThatRan()
        => Explorer.Refute(2, () => new StoreBufferModel(1, fence: false));

    [Fact(Timeout = 120000)]
    public void Explore_WaiterThatLooksBeforeItInstalls_FindsTheEndlessWait()
    {
        Exploration found = Explorer.Refute(2, () => new FutureCompletionModel(1, 0, 1, looksBeforeInstalling: true));
        Assert.StartsWith("Nobody can go on", found.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120000)]
    public void Explore_ThreadsThatWaitForEachOther_IsStuckNotEndless()
        => Assert.StartsWith("Nobody can go on", Explorer.Refute(0, () => new StuckModel()).Failure!.Message, StringComparison.Ordinal);

    private sealed class StuckModel : Model
    {
        private bool _left;
        private bool _right;

        internal StuckModel()
        {
            AddThread("left", () =>
            {
                WaitUntil(() => _right);
                _left = true;
            });
            AddThread("right", () =>
            {
                while (!_left)
                {
                    Interleave.Blocked();
                }

                _right = true;
            });
        }

        internal override void CheckAtEnd()
        {
        }
    }
}
