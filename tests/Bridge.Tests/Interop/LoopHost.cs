namespace Bridge.Tests.Interop;

/// <summary>A loop on a thread of its own, stopped and closed as it is: what waits in it is left behind. For tests of the borders.</summary>
internal sealed class LoopHost : IDisposable
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Thread _thread;
    private bool _closed;

    internal LoopHost(string name = "host")
    {
        Loop = new SelectorEventLoop(null, new EventLoopOptions { Name = name, MaximumSpin = TimeSpan.Zero });
        Loop.ExceptionHandler = (_, report) =>
        {
            lock (Reports)
            {
                Reports.Add(report);
            }
        };
        using var ready = new ManualResetEventSlim();
        Loop.CallSoon(ready.Set);
        _thread = new Thread(Loop.RunForever) { IsBackground = true, Name = name };
        _thread.UnsafeStart();
        Assert.True(ready.Wait(Limit));
        ThreadId = _thread.ManagedThreadId;
    }

    internal EventLoop Loop { get; }

    internal int ThreadId { get; }

    /// <summary>What the loop reported. Written on its thread, and by whoever closes it; under its own lock.</summary>
    internal List<LoopErrorContext> Reports { get; } = [];

    /// <summary>Runs something on the loop thread and waits for it.</summary>
    internal void Do(Action action) => Loop.SynchronizationContext.Send(_ => action(), null);

    internal T Get<T>(Func<T> function)
    {
        T result = default!;
        Do(() => result = function());
        return result;
    }

    internal T Run<T>(Func<Coroutine<T>> body) => Loop.RunCoroutineThreadSafe(body).GetResult(Limit);

    internal void Run(Func<Coroutine> body) => Loop.RunCoroutineThreadSafe(body).GetResult(Limit);

    internal void Close()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        Loop.CallSoonThreadSafe(Loop.Stop);
        Assert.True(_thread.Join(Limit));
        Loop.Close();
    }

    public void Dispose() => Close();
}
