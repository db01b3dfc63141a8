namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/sta.md</summary>
public sealed class StaPage
{
    [Fact(Timeout = 30000)]
    public void CreateAffine_Sta_WorksOnWindowsAndThrowsElsewhere() => EventLoop.Run(async Coroutine () =>
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Equal("16.0", await Version(EventLoop.Running));
            return;
        }

        PlatformNotSupportedException? thrown = null;
        try
        {
            await Version(EventLoop.Running);
        }
        catch (PlatformNotSupportedException exception)
        {
            thrown = exception;
        }

        Assert.NotNull(thrown);
    });

    private static async Coroutine<string> Version(EventLoop loop)
    {
        #region sta
        await using LoopAffine<Application> excel = loop.CreateAffine(() => new Application(), "excel", ApartmentState.STA);
        string version = await excel.Run(app => app.Version);
        #endregion
        return version;
    }

    private sealed class Application
    {
        internal string Version { get; } = "16.0";
    }
}
