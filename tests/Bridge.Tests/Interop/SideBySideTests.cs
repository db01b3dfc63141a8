using System.Collections.Concurrent;
using Bridge.Executors;
using Nito.AsyncEx;

namespace Bridge.Tests.Interop;

/// <summary>The classic deadlocks, beside the same code on a loop of ours: theirs hang, ours throws or completes.</summary>
public sealed class SideBySideTests
{
    /// <summary>How long a hang is looked at before it is ended by force.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(300);

    [Fact(Timeout = 30000)]
    public void Result_OnNitoAsyncContext_Hangs() => Assert.True(Hangs(() => AsyncContext.Run(() => { Load(); })));

    [Fact(Timeout = 30000)]
    public void Result_OnAPlainSynchronizationContext_Hangs() => Assert.True(Hangs(() => OneThreadContext.Run(() => Load())));

    [Fact(Timeout = 30000)]
    public void Result_OnALoop_ThrowsAndNamesTheCall()
    {
        Exception? thrown = null;
        Assert.False(Hangs(() => EventLoop.Run(async Coroutine () =>
        {
            EventLoop.Running.BlockingWaits = BlockingWaitPolicy.Allow;
            thrown = Record.Exception(() => Load());
            await LoopTask.Yield();
        }), LoopHost.Limit));
        Assert.IsType<BlockingWaitException>(thrown);
        Assert.Contains(nameof(Load), thrown.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void Result_InABlockingScope_Completes()
    {
        int loaded = 0;
        Assert.False(Hangs(() => EventLoop.Run(async Coroutine () =>
        {
            loaded = EventLoop.Running.BlockingScope(Load);
            await LoopTask.Yield();
        }), LoopHost.Limit));
        Assert.Equal(1, loaded);
    }

    [Fact(Timeout = 30000)]
    public void SyncOverAsyncNested_OnNitoAsyncContextThread_Hangs()
    {
        // Sync code on the one thread waits for async code, which needs sync code on that thread.
        using var thread = new AsyncContextThread();
        var interrupted = new TaskCompletionSource<Thread>();
        Task outer = thread.Factory.Run(() =>
        {
            interrupted.SetResult(Thread.CurrentThread);
            _ = Task.Run(() => thread.Factory.Run(() => 1)).Result;
        });
        Assert.False(outer.Wait(s_patience));
        interrupted.Task.Result.Interrupt();
        Assert.Throws<AggregateException>(() => outer.Wait(LoopHost.Limit));
    }

    [Fact(Timeout = 30000)]
    public void SyncOverAsyncNested_OnAnAffineExecutor_Completes()
    {
        using var loop = new EventLoopThread();
        using var affine = new AffineExecutor();
        ConcurrentFuture<int> outer = affine.Submit(() => loop.Run(async Coroutine<int> () => await EventLoop.Running.RunInExecutor(affine, () => 1)));
        Assert.Equal(1, outer.GetResult(LoopHost.Limit));
    }

    private static int Load() => LoadAsync().Result;

    private static async Task<int> LoadAsync()
    {
        await Task.Yield();
        return 1;
    }

    /// <summary>Runs it on a thread of its own, which is interrupted if it has not ended in time.</summary>
    private static bool Hangs(Action code, TimeSpan? patience = null)
    {
        var thread = new Thread(() => Record.Exception(code)) { IsBackground = true };
        thread.Start();
        if (thread.Join(patience ?? s_patience))
        {
            return false;
        }

        thread.Interrupt();
        Assert.True(thread.Join(LoopHost.Limit));
        return true;
    }

    /// <summary>As small as such a context can be.</summary>
    private sealed class OneThreadContext : SynchronizationContext
    {
        private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posts = [];

        public override void Post(SendOrPostCallback d, object? state) => _posts.Enqueue((d, state));

        internal static void Run(Action main)
        {
            var context = new OneThreadContext();
            SetSynchronizationContext(context);
            main();
            while (context._posts.TryDequeue(out (SendOrPostCallback Callback, object? State) post))
            {
                post.Callback(post.State);
            }
        }
    }
}
