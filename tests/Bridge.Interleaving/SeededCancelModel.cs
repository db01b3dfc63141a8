namespace Bridge.Interleaving;

/// <summary>The cancel protocol with the canceller's two halves in the wrong order: it looks what runs before it leaves its request.</summary>
/// <remarks>A post that starts in between runs although its cancel said that it never would. The explorer must find that.</remarks>
internal sealed class SeededCancelModel : Model
{
    private readonly HashSet<int> _requests = [];
    private int _running = -1;
    private int _ran;
    private bool _cancelled;

    internal SeededCancelModel()
    {
        AddThread("loop", () =>
        {
            Interleave.Point();
            _running = 0;
            Interleave.Point();
            if (!_requests.Remove(0))
            {
                _ran++;
            }
        });
        AddThread("canceller", () =>
        {
            Interleave.Point();
            if (_running >= 0)
            {
                return;
            }

            Interleave.Point(); // The mistake: the loop may get past its own look here.
            _cancelled = _requests.Add(0);
        });
    }

    internal override void CheckAtEnd() => Require(_ran + (_cancelled ? 1 : 0) == 1, "A post ran although it was cancelled.");
}
