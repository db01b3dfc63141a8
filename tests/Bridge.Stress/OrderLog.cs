namespace Bridge.Stress;

/// <summary>What ran, per producer: the next number expected, and what came out of turn. Loop thread, or after it was joined.</summary>
internal sealed class OrderLog(int producers)
{
    private readonly int[] _next = new int[producers];

    internal long Ran { get; private set; }

    internal string? FirstError { get; private set; }

    internal void Note(int producer, int number)
    {
        Ran++;
        if (number != _next[producer])
        {
            FirstError ??= $"Producer {producer}: post {number} ran where {_next[producer]} was expected.";
        }

        _next[producer] = number + 1;
    }

    /// <summary>Posts as fast as it goes, and after every <paramref name="burst"/> waits until they ran, so that the loop gets to sleep.</summary>
    internal void Produce(EventLoop loop, int producer, int posts, Func<int> burst)
    {
        using var ran = new ManualResetEventSlim();
        int nextPause = burst();
        for (int number = 0; number < posts; number++)
        {
            bool pauses = number == nextPause || number == posts - 1;
            int current = number;
            loop.CallSoonThreadSafe(() =>
            {
                Note(producer, current);
                if (pauses)
                {
                    ran.Set();
                }
            });
            if (pauses)
            {
                ran.Wait();
                ran.Reset();
                nextPause = number + burst();
            }
        }
    }
}
