using Bridge;
using Bridge.AspNetCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Loops as services of an application.</summary>
public static class EventLoopServiceCollectionExtensions
{
    /// <summary>Adds an event loop with a thread of its own, which starts before all hosted services and ends after them.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Its name in logs, metrics and errors, and its key: <c>[FromKeyedServices("name")] EventLoop loop</c>.</param>
    /// <param name="configure">Sets its options. Null: the defaults.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    /// <exception cref="InvalidOperationException">A loop of that name was added before.</exception>
    /// <remarks>
    /// <para>When the application stops, the loop's tasks are cancelled and waited for within <see cref="EventLoopHostOptions.ShutdownTimeout"/>; what is left then is logged.</para>
    /// <para>Options out of range fail the start, as <see cref="OptionsValidationException"/>. Resolve the loop, then call its thread-safe members: those of every other belong to its own thread.</para>
    /// </remarks>
    public static IServiceCollection AddEventLoop(this IServiceCollection services, string name, Action<EventLoopHostOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (services.Any(service => service.IsKeyedService && service.ServiceType == typeof(HostedEventLoop) && (service.ServiceKey as string) == name))
        {
            throw new InvalidOperationException(Messages.LoopAddedTwice(name));
        }

        OptionsBuilder<EventLoopHostOptions> options = services.AddOptions<EventLoopHostOptions>(name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddSingleton<IValidateOptions<EventLoopHostOptions>>(new EventLoopHostOptionsCheck(name));
        services.AddMetrics();
        services.TryAddSingleton<EventLoopMetrics>();
        services.AddKeyedSingleton(name, (provider, _) => new HostedEventLoop(name, provider));
        services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<HostedEventLoop>(name).Loop);
        services.AddSingleton<IHostedService>(provider =>
        {
            // First, so that it is disposed last; this is also what starts it.
            _ = provider.GetRequiredKeyedService<EventLoop>(name);
            return new HostedEventLoopService(provider.GetRequiredKeyedService<HostedEventLoop>(name));
        });
        return services;
    }
}
