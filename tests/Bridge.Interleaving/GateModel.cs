namespace Bridge.Interleaving;

/// <summary>Two threads count under a <see cref="SpinGate"/>, or under a lock that looks and takes in two steps.</summary>
internal sealed class GateModel : Model
{
    private SpinGate _gate;
    private bool _taken;
    private int _count;

    internal GateModel(int threads, bool correct)
    {
        for (int i = 0; i < threads; i++)
        {
            AddThread($"counter {i}", correct ? CountInGate : CountInBrokenLock);
        }
    }

    internal override void CheckAtEnd() => Require(_count == Threads.Count, $"{Threads.Count} threads counted to {_count}.");

    private void CountInGate()
    {
        _gate.Enter();
        CountUp();
        _gate.Exit();
    }

    private void CountInBrokenLock()
    {
        while (_taken)
        {
            Interleave.Blocked();
        }

        Interleave.Point(); // The mistake: both may have seen it free.
        _taken = true;
        CountUp();
        _taken = false;
    }

    private void CountUp()
    {
        int before = _count;
        Interleave.Point();
        _count = before + 1;
    }
}
