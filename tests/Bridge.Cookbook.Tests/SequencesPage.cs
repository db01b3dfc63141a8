namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/sequences.md</summary>
public sealed class SequencesPage
{
    [Fact(Timeout = 30000)]
    public void On_SequenceOfAnotherWorld_ItemsAreHandledOnTheLoop() => EventLoop.Run(async Coroutine () =>
        Assert.Equal([0, 1, 2], await HandleAll(EventLoop.Running, new Call(), CancellationToken.None)));

    [Fact(Timeout = 30000)]
    public void ToBlocking_SequenceOfTheLoop_IsUsedByAThread()
    {
        using var thread = new EventLoopThread();
        Assert.Equal(3, Sum(thread.Loop, new Call()));
    }

    private static async Coroutine<List<int>> HandleAll(EventLoop loop, Call call, CancellationToken token)
    {
        List<int> handled = [];
        #region sequences-on
        await foreach (int message in call.ReadAllAsync(token).On(loop, buffer: 16))
        {
            Handle(message);
        }
        #endregion
        return handled;

        void Handle(int message)
        {
            Assert.True(loop.IsOnLoopThread);
            handled.Add(message);
        }
    }

    private static int Sum(EventLoop loop, Call call)
    {
        int sum = 0;
        #region sequences-to-blocking
        foreach (int message in call.ReadAllAsync(CancellationToken.None).ToBlocking(loop))
        {
            sum += message;
        }
        #endregion
        return sum;
    }

    private sealed class Call
    {
        internal async IAsyncEnumerable<int> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            for (int i = 0; i < 3; i++)
            {
                await Task.Yield();
                token.ThrowIfCancellationRequested();
                yield return i;
            }
        }
    }
}
