using Microsoft.Extensions.Options;

namespace Bridge.AspNetCore;

/// <summary>Refuses options that cannot work, when the application starts. For the loop of one name.</summary>
internal sealed class EventLoopHostOptionsCheck(string loop) : IValidateOptions<EventLoopHostOptions>
{
    private static readonly TimeSpan s_longestShutdown = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_longestSpin = TimeSpan.FromSeconds(1);

    public ValidateOptionsResult Validate(string? name, EventLoopHostOptions options)
    {
        if (name != loop)
        {
            return ValidateOptionsResult.Skip;
        }

        var failures = new List<string>();
        Check(nameof(options.ShutdownTimeout), options.ShutdownTimeout, s_longestShutdown);
        Check(nameof(options.MaximumSpin), options.MaximumSpin, s_longestSpin);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string option, TimeSpan value, TimeSpan longest)
        {
            if (value < TimeSpan.Zero || value > longest)
            {
                failures.Add(Messages.OutOfRange($"{option} of event loop '{loop}'", value, $"zero to {longest}"));
            }
        }
    }
}
