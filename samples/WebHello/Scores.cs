namespace WebHello;

/// <summary>Who has how many points. It belongs to the loop: every handler runs on its thread, so a plain dictionary will do, without a lock.</summary>
internal sealed class Scores
{
    private readonly Dictionary<string, int> _points = [];

    /// <summary>Adds points.</summary>
    /// <returns>A coroutine: what the player has then.</returns>
    internal async Coroutine<int> Add(string player, int points)
    {
        int before = _points.GetValueOrDefault(player);
        _points[player] = before + points;

        // Other requests may run here, between two lines, but never in the middle of one: those above are safe as they are.
        await LoopTask.Yield();
        return _points[player];
    }

    internal IReadOnlyDictionary<string, int> Snapshot() => new SortedDictionary<string, int>(_points);
}
