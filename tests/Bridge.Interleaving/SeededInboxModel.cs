namespace Bridge.Interleaving;

/// <summary>The park protocol with its two halves in the wrong order: the loop looks first and announces its sleep afterwards.</summary>
/// <remarks>A post that comes in between finds no sleeper to wake, and the loop sleeps on it. The explorer must find that.</remarks>
internal sealed class SeededInboxModel : Model
{
    private SpinGate _gate;
    private int _count;
    private bool _parked;
    private bool _wakeWritten;
    private int _ran;

    internal SeededInboxModel(int producers)
    {
        AddThread("loop", () => RunLoop(producers));
        for (int i = 0; i < producers; i++)
        {
            AddThread($"producer {i}", Post);
        }
    }

    internal override void CheckAtEnd()
    {
    }

    private void Post()
    {
        _gate.Enter();
        _count++;
        bool wake = _parked;
        _parked = false;
        _gate.Exit();
        if (wake)
        {
            Interleave.Point();
            _wakeWritten = true;
        }
    }

    private void RunLoop(int posts)
    {
        while (_ran < posts)
        {
            _gate.Enter();
            bool isEmpty = _count == 0;
            _gate.Exit();
            if (isEmpty)
            {
                Sleep();
            }

            _gate.Enter();
            _ran += _count;
            _count = 0;
            _gate.Exit();
        }
    }

    private void Sleep()
    {
        _gate.Enter();
        _parked = true; // The mistake: a post may have come since the look.
        _gate.Exit();
        WaitUntil(() => _wakeWritten);
        _gate.Enter();
        _parked = false;
        _gate.Exit();
        _wakeWritten = false;
    }
}
