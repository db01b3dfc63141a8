namespace Bridge.Tests;

/// <summary>A path that nothing is at, short enough for a Unix-domain socket. What is there at the end is removed.</summary>
internal sealed class TemporaryPath : IDisposable
{
    internal string Name { get; } = Path.Combine(Path.GetTempPath(), $"b{Guid.NewGuid():N}"[..20]);

    public void Dispose() => File.Delete(Name);
}
