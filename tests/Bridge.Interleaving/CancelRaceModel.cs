namespace Bridge.Interleaving;

/// <summary>The real <see cref="CrossThreadInbox"/> and <see cref="PostCancellation"/>: a loop takes and runs posts while others cancel them.</summary>
/// <remarks>
/// The canceller's process-wide fence is stronger than anything the explorer can show, and the loop's missing one is weaker:
/// what depends on them is in <see cref="StoreBufferModel"/>. Here all accesses are in one order.
/// </remarks>
internal sealed class CancelRaceModel : Model
{
    private readonly CrossThreadInbox _inbox = new();
    private readonly int[] _ran;
    private readonly int[] _cancelled;
    private readonly bool _loopCancelsToo;
    private readonly bool _closes;

    /// <param name="posts">Waiting in the inbox when the threads start; their sequence numbers are 0, 1, 2.</param>
    /// <param name="cancellers">What each cancelling thread cancels, in order.</param>
    /// <param name="loopCancelsToo">The first post, when it runs, cancels the last one on the loop thread.</param>
    /// <param name="closes">The loop closes without running the second half of what it took.</param>
    internal CancelRaceModel(int posts, int[][] cancellers, bool loopCancelsToo = false, bool closes = false)
    {
        _ran = new int[posts];
        _cancelled = new int[posts];
        _loopCancelsToo = loopCancelsToo;
        _closes = closes;
        for (int i = 0; i < posts; i++)
        {
            int number = i;
            _inbox.TryPost((Action)(() => Ran(number)), null, null, out _, out _);
        }

        AddThread("loop", RunLoop);
        for (int i = 0; i < cancellers.Length; i++)
        {
            int[] numbers = cancellers[i];
            AddThread($"canceller {i}", () => Array.ForEach(numbers, number => Cancel(number, onLoopThread: false)));
        }
    }

    internal override void CheckAtEnd()
    {
        for (int i = 0; i < _ran.Length; i++)
        {
            Require(_ran[i] + _cancelled[i] <= 1, $"Post {i} ran {_ran[i]} times and {_cancelled[i]} cancels of it said that they succeeded.");
            Require(_closes || _ran[i] + _cancelled[i] == 1, $"Post {i} neither ran nor was cancelled.");
        }
    }

    private void RunLoop()
    {
        _inbox.TakeBatch();
        int left = _closes ? _ran.Length / 2 : _ran.Length;
        while (_inbox.HasBatch && left-- > 0)
        {
            (_inbox.NextOfBatch().Callback as Action)?.Invoke();
        }

        if (_closes)
        {
            _inbox.Close();
        }
    }

    private void Ran(int number)
    {
        _ran[number]++;
        if (_loopCancelsToo && number == 0)
        {
            Cancel(_ran.Length - 1, onLoopThread: true);
        }
    }

    private void Cancel(int number, bool onLoopThread)
    {
        if (_inbox.Cancel(number, onLoopThread))
        {
            _cancelled[number]++;
        }

        // Whatever the answer was, from now on the post does not wait any more.
        Require(!_inbox.IsPending(number, onLoopThread), $"Post {number} is still pending after a cancel.");
    }
}
