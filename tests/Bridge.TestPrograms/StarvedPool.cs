namespace Bridge.TestPrograms;

/// <summary>A .NET thread pool of which every thread is blocked by user code, and none can be added.</summary>
internal static class StarvedPool
{
    internal static int Run()
    {
        int size = Environment.ProcessorCount;
        if (!ThreadPool.SetMinThreads(1, 1) || !ThreadPool.SetMaxThreads(size, size))
        {
            throw new InvalidOperationException($"The pool could not be limited to {size} threads.");
        }

        using var go = new ManualResetEventSlim();
        using var blocked = new CountdownEvent(size);
        for (int i = 0; i < size; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    blocked.Signal();
                    go.Wait();
                },
                null);
        }

        blocked.Wait();
        EventLoop.Run(async Coroutine () =>
        {
            EventLoop loop = EventLoop.Running;
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(5));
            Console.WriteLine("timer");
            Console.WriteLine($"executor {await loop.RunInExecutor(null, () => 1)}");
            using var affine = new AffineExecutor();
            Console.WriteLine($"affine {await loop.WrapFuture(affine.Submit(() => 2))}");
            LoopFuture<int> posted = loop.CreateFuture<int>();
            var other = new Thread(() => loop.CallSoonThreadSafe(() => posted.SetResult(3)));
            other.Start();
            Console.WriteLine($"post {await posted}");
            other.Join();
            using var second = new EventLoopThread();
            LoopFuture<int> seconds = second.Loop.CreateFuture<int>();
            second.Loop.CallSoonThreadSafe(() => seconds.SetResult(4));
            Console.WriteLine($"loop {await loop.WrapFuture(seconds)}");
            Console.WriteLine($"shut down {(await second.Loop.ShutdownAsync(TimeSpan.FromSeconds(30))).IsComplete}");
        });
        Console.WriteLine(go.IsSet ? "pool was free" : "pool still blocked");
        go.Set();
        return 0;
    }
}
