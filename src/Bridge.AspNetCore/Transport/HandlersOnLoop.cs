using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Bridge.AspNetCore;

/// <summary>The first middleware of all: brings a request to the thread of its connection's loop, if it is not there already.</summary>
/// <remarks>
/// Over plain HTTP/1 it is there but for the first request of a connection, which the server starts on the thread pool. TLS and HTTP/2 are
/// taken apart on the pool, so there each request takes the hop.
/// </remarks>
internal sealed class HandlersOnLoop(IOptions<BridgeTransportOptions> options) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next)
    {
        return options.Value.RunHandlersOnLoop ? UseLoop : next;

        void UseLoop(IApplicationBuilder application)
        {
            application.Use(static next => context => Invoke(context, next));
            next(application);
        }
    }

    private static Task Invoke(HttpContext context, RequestDelegate next)
    {
        EventLoop? loop = context.Features.Get<IEventLoopFeature>()?.Loop;
        return loop is null || loop.IsOnLoopThread ? next(context) : Hop(loop, context, next);
    }

    private static Task Hop(EventLoop loop, HttpContext context, RequestDelegate next)
        => Task.Factory.StartNew(() => next(context), CancellationToken.None, TaskCreationOptions.DenyChildAttach | TaskCreationOptions.HideScheduler, loop.TaskScheduler).Unwrap();
}
