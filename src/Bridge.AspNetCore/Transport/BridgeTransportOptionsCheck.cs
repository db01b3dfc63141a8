using Microsoft.Extensions.Options;

namespace Bridge.AspNetCore;

/// <summary>Refuses options that cannot work, when the application starts.</summary>
internal sealed class BridgeTransportOptionsCheck : IValidateOptions<BridgeTransportOptions>
{
    private static readonly TimeSpan s_longestShutdown = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, BridgeTransportOptions options)
    {
        var failures = new List<string>();
        if (options.LoopCount is < 1 or > BridgeTransportOptions.MaximumLoopCount)
        {
            failures.Add(Messages.OutOfRange(nameof(options.LoopCount), options.LoopCount, $"1 to {BridgeTransportOptions.MaximumLoopCount}"));
        }

        if (options.Backlog < 1)
        {
            failures.Add(Messages.OutOfRange(nameof(options.Backlog), options.Backlog, "1 or more"));
        }

        if (options.MaxReadBufferSize is < 1)
        {
            failures.Add(Messages.OutOfRange(nameof(options.MaxReadBufferSize), options.MaxReadBufferSize, "1 or more, or null for no limit"));
        }

        if (options.MaxWriteBufferSize is < 1)
        {
            failures.Add(Messages.OutOfRange(nameof(options.MaxWriteBufferSize), options.MaxWriteBufferSize, "1 or more, or null for no limit"));
        }

        if (options.LoopShutdownTimeout < TimeSpan.Zero || options.LoopShutdownTimeout > s_longestShutdown)
        {
            failures.Add(Messages.OutOfRange(nameof(options.LoopShutdownTimeout), options.LoopShutdownTimeout, $"zero to {s_longestShutdown}"));
        }

        if (options.EventLoopNames.GroupBy(static loop => loop).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            failures.Add(Messages.LoopNamedTwice(twice.Key));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
