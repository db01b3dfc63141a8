namespace Bridge.Executors.Tests;

public sealed class SmokeTests
{
    [Fact(Timeout = 5000)]
    public void Runner_Works() => Assert.True(true);
}
