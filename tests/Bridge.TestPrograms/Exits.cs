using System.Collections.Concurrent;

namespace Bridge.TestPrograms;

/// <summary>A process whose blocking calls never return.</summary>
internal static class Exits
{
    internal static int StuckJob()
    {
        Executor.CaptureSubmitSites = true;
        using var items = new BlockingCollection<int>();
        LoopShutdownReport report = EventLoop.Run(async Coroutine<LoopShutdownReport> () =>
        {
            EventLoop loop = EventLoop.Running;
            LoopFuture<int> started = loop.CreateFuture<int>();
            _ = loop.RunInExecutor(null, () =>
            {
                loop.CallSoonThreadSafe(() => started.SetResult(0));
                return items.Take();
            });
            await started;
            return await loop.ShutdownAsync(TimeSpan.FromMilliseconds(200));
        });
        Console.WriteLine(report);
        return report.IsComplete ? 1 : 0;
    }
}
