namespace Bridge.Interleaving;

/// <summary>Rows F1 and F2; needs 2 and 25.</summary>
public sealed class InboxTests
{
    [Theory(Timeout = 1200000)]
    [InlineData(1, 2, 4)]
    [InlineData(2, 1, 3)]
    [InlineData(2, 2, 2)]
    [InlineData(3, 2, 1)]
    public void Posts_InEverySchedule_RunOnceInOrderAndWakeAtMostOncePerSleep(int producers, int posts, int preemptions)
        => Explorer.Prove(preemptions, () => new InboxModel(producers, posts));

    [Theory(Timeout = 1200000)]
    [InlineData(1, 2, 3)]
    [InlineData(2, 1, 1)]
    public void Posts_WhileOtherEventsEndTheSleep_AreNotLost(int producers, int posts, int preemptions)
        => Explorer.Prove(preemptions, () => new InboxModel(producers, posts, otherEvents: true));

    [Theory(Timeout = 1200000)]
    [InlineData(2, 2, 1, 2)]
    [InlineData(2, 2, 2, 2)]
    [InlineData(3, 1, 1, 1)]
    public void Close_DuringPosts_RunsDropsOrRefusesEachPost(int producers, int posts, int closeAfter, int preemptions)
        => Explorer.Prove(preemptions, () => new InboxModel(producers, posts, closeAfter: closeAfter));
}
