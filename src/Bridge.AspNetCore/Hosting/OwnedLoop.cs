using Microsoft.Extensions.Logging;

namespace Bridge.AspNetCore;

/// <summary>A loop that this library made, with its thread, its log and its metrics; and how it ends within a budget.</summary>
#pragma warning disable CA1001 // Ended by StopAsync, in its budget; Dispose would have another one, and block.
internal sealed class OwnedLoop
#pragma warning restore CA1001
{
    private readonly EventLoopThread _thread;
    private readonly ILogger _logger;
    private readonly EventLoopMetrics.Registration? _metrics;

    /// <param name="options">The loop's options, with a name.</param>
    /// <param name="logger">Where it is said that the loop starts, stops, or does not stop.</param>
    /// <param name="metrics">Where the loop is measured; null: nowhere.</param>
    /// <param name="initialize">Called on the loop's thread before it runs.</param>
    internal OwnedLoop(EventLoopOptions options, ILogger logger, EventLoopMetrics? metrics, Action<EventLoop>? initialize = null)
    {
        _logger = logger;
        _thread = new EventLoopThread(options.Name, factory: () => Make(options, initialize));
        _metrics = metrics?.Add(Loop);
        HostingLog.Started(logger, Loop.Name);
    }

    internal EventLoop Loop => _thread.Loop;

    /// <summary>Asks the loop's tasks to cancel, waits for them, and ends the thread; what is left when the time is over is logged and left alone.</summary>
    /// <param name="budget">How long to wait.</param>
    /// <param name="hurry">Ends the wait early.</param>
    /// <returns>Whether the thread has ended.</returns>
    internal async Task<bool> StopAsync(TimeSpan budget, CancellationToken hurry)
    {
        // A thread of its own: joining blocks, and at shutdown the pool may be busy.
        Task<bool> stopping = Task.Factory.StartNew(() => _thread.Stop(budget), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        bool ended = false;
        try
        {
            ended = await stopping.WaitAsync(hurry).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host's own budget is over before ours.
        }

        _metrics?.Dispose();
        if (ended)
        {
            HostingLog.Stopped(_logger, Loop.Name);
        }
        else
        {
            HostingLog.Stuck(_logger, Loop.Name, budget, Left());
        }

        return ended;
    }

    private static SelectorEventLoop Make(EventLoopOptions options, Action<EventLoop>? initialize)
    {
        var loop = new SelectorEventLoop(null, options);
        try
        {
            initialize?.Invoke(loop);
            return loop;
        }
        catch
        {
            loop.Close();
            throw;
        }
    }

    private string Left()
    {
        string tasks = string.Join(", ", LoopTask.All(Loop).Where(static task => !task.IsDone).Select(static task => task.ToString()));
        return tasks.Length > 0 ? tasks : "no task, but a callback or a blocking call that does not return";
    }
}
