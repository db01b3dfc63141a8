namespace Bridge.Interleaving;

/// <summary>The real <see cref="CrossThreadInbox"/> between producers and a loop that parks, sleeps until it is woken, takes and runs.</summary>
/// <remarks>
/// The loop does what EventLoop.Turn.cs does, less what has nothing to do with other threads. The selector is a flag: a wake-up sets it,
/// a sleeper waits for it. So a lost wake-up is a run in which nobody can go on, and the explorer finds it as such.
/// </remarks>
internal sealed class InboxModel : Model
{
    private readonly CrossThreadInbox _inbox = new();
    private readonly List<(int Producer, int Number)> _ran = [];
    private readonly List<(int Producer, int Number)> _accepted = [];
    private readonly List<(int Producer, int Number)> _refused = [];
    private readonly int _runsWanted;
    private readonly bool _closes;

    private bool _wakeWritten;
    private bool _socketReady;
    private int _wakes;
    private int _sleeps;
    private bool _closed;

    /// <param name="producers">Threads that post.</param>
    /// <param name="posts">How many posts each of them makes.</param>
    /// <param name="otherEvents">Another thread once ends a sleep without a post, as a socket does; wake-ups can then come late.</param>
    /// <param name="closeAfter">Close once this many posts ran, while producers may still post; null: run all.</param>
    internal InboxModel(int producers, int posts, bool otherEvents = false, int? closeAfter = null)
    {
        _runsWanted = closeAfter ?? (producers * posts);
        _closes = closeAfter is not null;
        AddThread("loop", RunLoop);
        for (int i = 0; i < producers; i++)
        {
            int producer = i;
            AddThread($"producer {producer}", () => Produce(producer, posts));
        }

        if (otherEvents)
        {
            AddThread("socket", () => _socketReady = true);
        }
    }

    internal override void CheckAtEnd()
    {
        Require(_ran.Distinct().Count() == _ran.Count, "A post ran twice.");
        Require(_ran.All(_accepted.Contains), "A post that was refused ran.");
        Require(_closes || _ran.Count == _accepted.Count, "A post that was accepted did not run.");
        Require(_closes || _refused.Count == 0, "An open loop refused a post.");
        Require(_accepted.All(accepted => _refused.TrueForAll(refused => refused.Producer != accepted.Producer || refused.Number > accepted.Number)),
            "A post was accepted after the close.");
        Require(_inbox.PostCount == _accepted.Count, "PostCount is not the number of posts accepted.");
        Require(_inbox.WakeCount == _wakes, "WakeCount is not the number of wake-ups asked for.");
        Require(_wakes <= _sleeps, "More than one wake-up for a sleep.");
    }

    private void Produce(int producer, int posts)
    {
        for (int number = 0; number < posts; number++)
        {
            (int, int) post = (producer, number);
            if (!_inbox.TryPost((Action)(() => Ran(post)), null, null, out _, out bool wake))
            {
                _refused.Add(post);
                continue;
            }

            _accepted.Add(post);
            if (wake)
            {
                // Other threads may get far between the decision to wake and the write to the descriptor.
                _wakes++;
                Interleave.Point();
                _wakeWritten = true;
            }
        }
    }

    private void Ran((int Producer, int Number) post)
    {
        Require(!_closed, "A post ran after the close.");
        Require(_ran.TrueForAll(earlier => earlier.Producer != post.Producer || earlier.Number < post.Number), "Posts of one thread changed places.");
        _ran.Add(post);
    }

    private void RunLoop()
    {
        while (_ran.Count < _runsWanted)
        {
            if (!_inbox.HasPosts && _inbox.TryPark())
            {
                Sleep();
            }

            if (_inbox.HasPosts)
            {
                _inbox.TakeBatch();
            }

            while (_inbox.HasBatch)
            {
                ((Action)_inbox.NextOfBatch().Callback!)();
            }
        }

        if (_closes)
        {
            _inbox.Close();
            _closed = true;
        }
    }

    private void Sleep()
    {
        _sleeps++;
        int wakesBefore = _wakes;
        WaitUntil(() => _wakeWritten || _socketReady);
        bool woken = _inbox.Unpark();
        Require(woken == (_wakes != wakesBefore), "Unpark does not know whether it was woken.");

        // Resetting the waker: a write that comes later ends the next sleep early, and no harm is done.
        Interleave.Point();
        _wakeWritten = false;
        _socketReady = false;
    }
}
