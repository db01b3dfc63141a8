using System.Runtime.CompilerServices;

namespace Bridge.Tests.Synchronization;

/// <summary>Small steps that these tests are written in.</summary>
internal static class Script
{
    /// <summary>Lets the loop run some turns.</summary>
    internal static async Coroutine Turns(int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            await LoopTask.Yield();
        }
    }

    /// <summary>What awaiting it throws, or null.</summary>
    internal static async Coroutine<Exception?> FailureOf(LoopFuture future)
    {
        try
        {
            await future;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>What awaiting it throws, or null.</summary>
    internal static async Coroutine<Exception?> FailureOf(Coroutine coroutine)
    {
        try
        {
            await coroutine;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    internal static async Coroutine AllDone(params LoopTask[] tasks)
    {
        foreach (LoopTask task in tasks)
        {
            await task;
        }
    }

    /// <summary>Runs a loop of its own on another thread, to the end of the coroutine, and gives what that threw.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Exception? OnAnotherLoop(Func<Coroutine> body)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            using var loop = new SelectorEventLoop(options: new EventLoopOptions { Name = "other" });
            failure = Record.Exception(() => loop.RunUntilComplete(body()));
        });
        thread.Start();
        thread.Join();
        return failure;
    }

    internal static Exception? OnAnotherThread(Action body)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(body));
        thread.Start();
        thread.Join();
        return failure;
    }
}
