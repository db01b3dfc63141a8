namespace Bridge.Executors.Tests;

/// <summary>Where jobs were submitted. The switch is the process's, so no other test runs meanwhile.</summary>
[CollectionDefinition(nameof(SubmitSiteTests), DisableParallelization = true)]
[Collection(nameof(SubmitSiteTests))]
public sealed class SubmitSiteTests
{
    [Fact(Timeout = 30000)]
    public void CaptureSubmitSites_On_ReportsNameTheSubmitter()
    {
        using var executor = new ThreadPoolExecutor(1);
        using var gate = new Gate();
        Executor.CaptureSubmitSites = true;
        try
        {
            executor.Submit(gate.Pass);
        }
        finally
        {
            Executor.CaptureSubmitSites = false;
        }

        gate.WaitUntilEntered();
        string text = Assert.Single(executor.RunningJobs).ToString();
        Assert.Contains(nameof(CaptureSubmitSites_On_ReportsNameTheSubmitter), text, StringComparison.Ordinal);
        gate.Open();
    }
}
