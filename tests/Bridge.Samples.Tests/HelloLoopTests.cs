namespace Bridge.Samples.Tests;

public sealed class HelloLoopTests : IDisposable
{
    private readonly SampleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120000)]
    public async Task Run_SaysWhatEachStepAnsweredAndEndsWithZero()
    {
        var (exitCode, output, errors) = await SampleProcess.RunOther("HelloLoop", _folder);

        Assert.Equal("", errors);
        Assert.Equal(0, exitCode);
        Assert.Equal(
            """
            timer: ran after its deadline
            post: from another thread, ran on the loop thread
            executor: 5050, from a thread of its own
            task: 42, and back on the loop thread
            cancelled sleep: enough
            task group: 3 tasks done
            All answered.

            """,
            output.ReplaceLineEndings("\n"));
    }
}
