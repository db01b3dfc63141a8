using System.Diagnostics;

namespace Bridge.TestPrograms;

/// <summary>What Ctrl-C does to a loop that has nothing to do.</summary>
internal static class CtrlC
{
    /// <summary>Ends in order, and says how long after the signal its main code was cancelled.</summary>
    internal static int Idle()
    {
        try
        {
            EventLoop.Run(WaitForEver);
            return 1;
        }
        catch (KeyboardInterruptException)
        {
            return KeyboardInterruptException.ExitCode;
        }
    }

    /// <summary>Takes no notice of the first Ctrl-C.</summary>
    internal static int Stubborn()
    {
        EventLoop.Run(async Coroutine () =>
        {
            Console.WriteLine("ready");
            while (true)
            {
                try
                {
                    await LoopTask.Sleep(TimeSpan.FromHours(1));
                }
                catch (OperationCanceledException)
                {
                    Console.WriteLine("no");
                }
            }
        });
        return 1;
    }

    private static async Coroutine WaitForEver()
    {
        _ = LoopTask.Create(Other());
        await LoopTask.Yield();
        Console.WriteLine("ready");
        try
        {
            await LoopTask.Sleep(TimeSpan.FromHours(1));
        }
        finally
        {
            // Stopwatch and this clock agree between processes; the test says when it pressed.
            Console.WriteLine($"cancelled at {Stopwatch.GetTimestamp()}");
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(1));
            Console.WriteLine("main cleaned up");
        }
    }

    private static async Coroutine Other()
    {
        try
        {
            await LoopTask.Sleep(TimeSpan.FromHours(1));
        }
        finally
        {
            await LoopTask.Yield();
            Console.WriteLine("other cleaned up");
        }
    }
}
