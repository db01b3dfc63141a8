namespace Bridge.Executors.Tests;

/// <summary>Work that says when it has begun and ends when the test lets it. Disposing lets it go, so that a failed test leaves no thread behind.</summary>
internal sealed class Gate : IDisposable
{
    private readonly ManualResetEventSlim _entered = new();
    private readonly ManualResetEventSlim _open = new();

    public int Entries;

    public void Pass()
    {
        Interlocked.Increment(ref Entries);
        _entered.Set();
        _open.Wait();
    }

    public void WaitUntilEntered() => _entered.Wait();

    public void Open() => _open.Set();

    public void Dispose() => _open.Set();
}
