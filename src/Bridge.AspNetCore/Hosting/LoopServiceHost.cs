using Bridge.Executors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.AspNetCore;

/// <summary>Starts and stops a service on its loop with the application, and sees to its failure.</summary>
/// <remarks>The loop starts before all hosted services and ends after them, so it is there in both calls.</remarks>
internal sealed class LoopServiceHost<TService>(
    TService service, EventLoop loop, ILogger logger, IHostApplicationLifetime lifetime, BackgroundServiceExceptionBehavior whenFailed) : IHostedService
    where TService : class, ILoopService
{
    private static readonly string s_name = typeof(TService).Name;

    /// <summary>Written by the host's calls, which come one after the other; read by <see cref="Watch"/>, for which a late sight only means a line in the log.</summary>
    private volatile bool _isStopping;

    /// <summary>Written by the start, read by the stop, which the host calls after it; null if the start failed.</summary>
    private ConcurrentFuture? _running;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = loop.RunCoroutineThreadSafe(RunService);
        _ = Watch(_running.Task);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        if (_running is not { } running)
        {
            return;
        }

        running.Cancel();
        try
        {
            await running.Stopped.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host's time is over. The loop names what is left when it is told to end, next.
        }
    }

    /// <summary>A coroutine around it, so that a service that fails before its first await fails like any other.</summary>
    private async Coroutine RunService() => await service.RunAsync(LoopTask.Current!.CancellationToken);

    /// <summary>Never fails: it is the end of the line.</summary>
    private async Task Watch(Task running)
    {
        try
        {
            await running.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_isStopping || loop.IsClosed)
        {
            // As it should.
        }
        catch (Exception exception)
        {
            bool stops = whenFailed == BackgroundServiceExceptionBehavior.StopHost;
            HostingLog.ServiceFailed(logger, exception, s_name, loop.Name, stops ? "The application stops." : "The application goes on without it.");
            if (stops)
            {
                lifetime.StopApplication();
            }
        }
    }
}
