namespace HelloLoop;

/// <summary>The steps. Each runs on the loop thread, prints a line, and throws if something is off.</summary>
internal static class Steps
{
    internal static async Coroutine RunAll()
    {
        await Timer();
        await Post();
        await Executor();
        await PlainTask();
        await CancelledSleep();
        await Group();
    }

    private static async Coroutine Timer()
    {
        EventLoop loop = EventLoop.Running;
        TimeSpan due = loop.Now + TimeSpan.FromMilliseconds(10);
        LoopFuture<TimeSpan> ran = loop.CreateFuture<TimeSpan>();
        loop.CallAt(due, () => ran.SetResult(loop.Now));
        Check(await ran + EventLoop.ClockResolution >= due, "The timer ran before its deadline.");
        Console.WriteLine("timer: ran after its deadline");
    }

    private static async Coroutine Post()
    {
        EventLoop loop = EventLoop.Running;
        LoopFuture<bool> ran = loop.CreateFuture<bool>();
        var other = new Thread(() => loop.CallSoonThreadSafe(() => ran.SetResult(loop.IsOnLoopThread)));
        other.Start();
        Check(await ran, "The post did not run on the loop thread.");
        other.Join();
        Console.WriteLine("post: from another thread, ran on the loop thread");
    }

    private static async Coroutine Executor()
    {
        EventLoop loop = EventLoop.Running;
        (int sum, bool wasHere) = await loop.RunInExecutor(null, () => (Enumerable.Range(1, 100).Sum(), loop.IsOnLoopThread));
        Check(sum == 5050 && !wasHere, $"The executor answered {sum}{(wasHere ? ", on the loop thread" : "")}.");
        Console.WriteLine($"executor: {sum}, from a thread of its own");
    }

    private static async Coroutine PlainTask()
    {
        int answer = await Task.Run(static async () =>
        {
            await Task.Yield();
            return 42;
        });
        Check(answer == 42 && EventLoop.Running.IsOnLoopThread, $"The task answered {answer}.");
        Console.WriteLine($"task: {answer}, and back on the loop thread");
    }

    private static async Coroutine CancelledSleep()
    {
        LoopTask sleeper = EventLoop.Running.CreateTask(LoopTask.Sleep(TimeSpan.FromHours(1)));
        await LoopTask.Yield();
        sleeper.Cancel("enough");
        try
        {
            await sleeper;
            Check(false, "The sleep went on to its end.");
        }
        catch (LoopCanceledException exception)
        {
            Console.WriteLine($"cancelled sleep: {exception.Message}");
        }

        Check(sleeper.IsCancelled && EventLoop.Running.TimerCount == 0, "The cancelled sleep left its timer behind.");
    }

    private static async Coroutine Group()
    {
        int done = 0;
        await LoopTaskGroup.Run(async Coroutine (group) =>
        {
            for (int i = 0; i < 3; i++)
            {
                _ = group.CreateTask(Child());
            }

            await LoopTask.Yield();
        });
        Check(done == 3, $"The group ended with {done} of its 3 tasks done.");
        Console.WriteLine($"task group: {done} tasks done");

        async Coroutine Child()
        {
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(1));
            done++;
        }
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
