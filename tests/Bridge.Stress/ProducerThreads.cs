namespace Bridge.Stress;

/// <summary>Threads that begin together and are joined; the first exception of one of them is the caller's.</summary>
internal static class ProducerThreads
{
    /// <param name="count">How many threads.</param>
    /// <param name="body">Given the number of the thread.</param>
    /// <param name="meanwhile">Runs in the calling thread once all have begun.</param>
    internal static void Run(int count, Action<int> body, Action? meanwhile = null)
    {
        Exception? failure = null;
        using var start = new Barrier(count + 1);
        Thread[] threads = [.. Enumerable.Range(0, count).Select(number => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                body(number);
            }
            catch (Exception exception)
            {
                // Thrown again in the thread that joins; here it would end the process.
                Interlocked.CompareExchange(ref failure, exception, null);
            }
        }) { Name = $"producer {number}" })];
        Array.ForEach(threads, thread => thread.Start());
        start.SignalAndWait();
        meanwhile?.Invoke();
        Array.ForEach(threads, thread => thread.Join());
        if (failure is not null)
        {
            throw new InvalidOperationException("A producer failed.", failure);
        }
    }
}
