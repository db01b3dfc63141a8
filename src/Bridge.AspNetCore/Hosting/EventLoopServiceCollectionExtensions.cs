using System.Diagnostics.CodeAnalysis;
using Bridge;
using Bridge.AspNetCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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

    /// <summary>Adds a service that runs on an event loop of the application: <c>services.AddEventLoop("devices").AddLoopService&lt;Poller&gt;("devices")</c>.</summary>
    /// <typeparam name="TService">Made once by the container, as a singleton; ask for it where its state is needed.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="loopName">The name of a loop added by <see cref="AddEventLoop"/>, before or after this.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="loopName"/> is null or empty.</exception>
    /// <exception cref="InvalidOperationException">The service was added before.</exception>
    /// <remarks>
    /// <para>Starts and stops in the order of all hosted services. When the application stops, its task is cancelled and waited for as long as the host allows; after all services, the loop ends.</para>
    /// <para>
    /// A failure is logged once, under the loop's name, and stops the application unless <see cref="HostOptions.BackgroundServiceExceptionBehavior"/> says otherwise. If no loop has that name, the start of the
    /// application fails.
    /// </para>
    /// </remarks>
    public static IServiceCollection AddLoopService<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TService>(
        this IServiceCollection services, string loopName)
        where TService : class, ILoopService
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(loopName);
        if (services.Any(static service => service.ServiceType == typeof(LoopServiceHost<TService>)))
        {
            throw new InvalidOperationException(Messages.LoopServiceAddedTwice(typeof(TService)));
        }

        services.TryAddSingleton<TService>();
        services.AddSingleton(provider => new LoopServiceHost<TService>(
            provider.GetRequiredService<TService>(),
            provider.GetKeyedService<EventLoop>(loopName) ?? throw new InvalidOperationException(Messages.NoLoopForService(loopName, typeof(TService))),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger($"Bridge.Loop.{loopName}"),
            provider.GetRequiredService<IHostApplicationLifetime>(),
            provider.GetRequiredService<IOptions<HostOptions>>().Value.BackgroundServiceExceptionBehavior));
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<LoopServiceHost<TService>>());
        return services;
    }
}
