namespace Bridge.Interleaving;

/// <summary>The cancel protocol on a processor that delays the loop's stores: a hand model of what the explorer itself cannot show.</summary>
/// <remarks>
/// <para>
/// PostCancellation.StartsRunning writes what runs and then reads whether cancels wait, without a fence between them. Here the write
/// goes into a buffer, which the "store buffer" thread empties at any later time, as processors do; the loop's locked instructions
/// empty it too. The canceller's stores are made with locked instructions, so they need no buffer.
/// </para>
/// <para>With the canceller's process-wide fence, which empties the buffer of the loop's processor, nothing is lost. Without it a cancel is.</para>
/// </remarks>
internal sealed class StoreBufferModel : Model
{
    private readonly bool _fence;
    private readonly int _posts;
    private readonly Queue<int> _buffered = [];
    private readonly HashSet<int> _requests = [];
    private readonly int[] _ran;
    private readonly int[] _cancelled;

    /// <summary>What other processors see of the loop's store.</summary>
    private int _running = -1;
    private bool _loopEnded;

    internal StoreBufferModel(int posts, bool fence)
    {
        _posts = posts;
        _fence = fence;
        _ran = new int[posts];
        _cancelled = new int[posts];
        AddThread("loop", RunLoop);
        AddThread("store buffer", DrainInTheBackground);
        AddThread("canceller", CancelAll);
    }

    internal override void CheckAtEnd()
    {
        for (int i = 0; i < _posts; i++)
        {
            Require(_ran[i] + _cancelled[i] == 1, $"Post {i} ran {_ran[i]} times, and its cancel succeeded {_cancelled[i]} times.");
        }
    }

    private void RunLoop()
    {
        for (int post = 0; post < _posts; post++)
        {
            Interleave.Point();
            _buffered.Enqueue(post); // Volatile.Write(ref _running, post)
            Interleave.Point();
            bool requestsWait = _requests.Count != 0; // Volatile.Read(ref _waiting), not delayed by the store before it
            if (!requestsWait || !RemoveOnLoop(post))
            {
                _ran[post]++;
            }
        }

        _loopEnded = true;
    }

    /// <summary>Under the gate, whose compare-exchange empties the buffer.</summary>
    private bool RemoveOnLoop(int post)
    {
        Interleave.Point();
        DrainNow();
        return _requests.Remove(post);
    }

    private void CancelAll()
    {
        for (int post = 0; post < _posts; post++)
        {
            Interleave.Point();
            _requests.Add(post);
            if (_fence)
            {
                Interleave.Point();
                DrainNow(); // Interlocked.MemoryBarrierProcessWide()
            }

            Interleave.Point();
            bool notStarted = _running < post;
            if (notStarted)
            {
                _cancelled[post]++;
                continue;
            }

            Interleave.Point();
            _cancelled[post] += _requests.Remove(post) ? 0 : 1;
        }
    }

    private void DrainInTheBackground()
    {
        while (true)
        {
            WaitUntil(() => _buffered.Count != 0 || _loopEnded);
            if (_buffered.Count == 0)
            {
                return;
            }

            _running = _buffered.Dequeue();
        }
    }

    private void DrainNow()
    {
        while (_buffered.TryDequeue(out int post))
        {
            _running = post;
        }
    }
}
