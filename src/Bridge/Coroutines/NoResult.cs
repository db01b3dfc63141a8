namespace Bridge;

/// <summary>The result type of internal futures that only say "done".</summary>
internal readonly struct NoResult
{
    public override string ToString() => "none";
}
