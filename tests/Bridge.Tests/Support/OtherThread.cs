namespace Bridge.Tests;

/// <summary>Runs a piece of a test on a thread of its own and waits for it.</summary>
internal static class OtherThread
{
    internal static void Run(Action action)
    {
        if (Catch(action) is { } exception)
        {
            throw new InvalidOperationException($"The other thread failed: {exception}", exception);
        }
    }

    internal static TException Throws<TException>(Action action)
        where TException : Exception
        => Assert.IsAssignableFrom<TException>(Catch(action));

    internal static Exception? Catch(Action action)
    {
        Exception? caught = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                caught = exception;
            }
        })
        { IsBackground = true, Name = "test-other-thread" };
        thread.Start();
        thread.Join();
        return caught;
    }

    /// <summary>Starts a thread that the test joins through the result.</summary>
    internal static Thread Start(Action action)
    {
        var thread = new Thread(() => action()) { IsBackground = true, Name = "test-other-thread" };
        thread.Start();
        return thread;
    }
}
