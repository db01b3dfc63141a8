using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.AspNetCore.Tests;

/// <summary>Applications without a web server.</summary>
internal static class TestHost
{
    /// <summary>An empty application, which logs everything to <paramref name="loggers"/>.</summary>
    internal static HostApplicationBuilder Builder(RecordingLoggers? loggers = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        if (loggers is not null)
        {
            builder.Logging.AddProvider(loggers);
        }

        return builder;
    }
}
