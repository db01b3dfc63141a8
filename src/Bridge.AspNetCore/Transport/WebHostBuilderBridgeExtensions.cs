using Bridge.AspNetCore;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Has Kestrel serve its connections by event loops.</summary>
public static class WebHostBuilderBridgeExtensions
{
    /// <summary>Has Kestrel take its connections from Bridge event loops, which also run the request handlers unless the options say otherwise.</summary>
    /// <param name="builder">The web host, as in <c>builder.WebHost.UseBridgeTransport()</c>.</param>
    /// <param name="configure">Sets the options. Null: the defaults, one loop.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    /// <remarks>
    /// <para>
    /// Serves IPEndPoint, UnixDomainSocketEndPoint and FileHandleEndPoint; TLS, HTTP/2 and WebSockets work as over Kestrel's own transport. HTTP/3
    /// has a transport of its own and is not touched.
    /// </para>
    /// <para>Options that are out of range fail the start of the application, as <see cref="OptionsValidationException"/>. See docs/aspnetcore.md for what runs where.</para>
    /// </remarks>
    public static IWebHostBuilder UseBridgeTransport(this IWebHostBuilder builder, Action<BridgeTransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(services =>
        {
            OptionsBuilder<BridgeTransportOptions> options = services.AddOptions<BridgeTransportOptions>().ValidateOnStart();
            if (configure is not null)
            {
                options.Configure(configure);
            }

            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BridgeTransportOptions>, BridgeTransportOptionsCheck>());
            services.AddMetrics();
            services.TryAddSingleton<EventLoopMetrics>();
            services.TryAddSingleton<TransportLoops>();
            services.AddSingleton<IConnectionListenerFactory, BridgeTransportFactory>();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, HandlersOnLoop>());
        });
    }
}
