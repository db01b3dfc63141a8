namespace Bridge;

/// <summary>What a loop has done so far and what waits in it, at about one moment. See <see cref="EventLoop.GetStatistics"/>.</summary>
/// <param name="Callbacks">Callbacks that were taken up so far: run, or passed over because they were cancelled.</param>
/// <param name="Posts">Callbacks that were posted from other threads so far.</param>
/// <param name="WakeUps">Times a post had to wake the loop.</param>
/// <param name="ReadyDepth">Callbacks that wait for their turn on the loop thread.</param>
/// <param name="InboxDepth">Posts that the loop has not taken yet.</param>
/// <param name="Timers">Timers that are set.</param>
/// <param name="LateCompletions">Completions that came after the loop was closed.</param>
public readonly record struct LoopStatistics(long Callbacks, long Posts, long WakeUps, int ReadyDepth, int InboxDepth, int Timers, long LateCompletions);
