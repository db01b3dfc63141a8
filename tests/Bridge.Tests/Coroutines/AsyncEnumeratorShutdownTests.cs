using System.Runtime.CompilerServices;
using Bridge.TestKit;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Coroutines;

/// <summary>Rows S1, S3.</summary>
public sealed class AsyncEnumeratorShutdownTests : LoopTest
{
    private readonly List<string> _order = [];

    [Fact(Timeout = 30000)]
    public void Shutdown_NothingTracked_GoesOn() => Run(async Coroutine () => await Loop.ShutdownAsyncEnumeratorsAsync());

    [Fact(Timeout = 30000)]
    public void Shutdown_SuspendedEnumerators_RunsTheirFinallyBlocksConcurrently() => Run(async Coroutine () =>
    {
        IAsyncEnumerator<int> a = Loop.TrackAsyncEnumerator(CountAsync("a").GetAsyncEnumerator());
        IAsyncEnumerator<int> b = Loop.TrackAsyncEnumerator(CountAsync("b").GetAsyncEnumerator());
        await a.MoveNextAsync();
        await b.MoveNextAsync();
        await Loop.ShutdownAsyncEnumeratorsAsync();
        Assert.Equal(["begin", "begin", "end", "end"], _order.Select(step => step.Split(' ')[1]));
        Assert.False(await a.MoveNextAsync());
        await Loop.ShutdownAsyncEnumeratorsAsync();
        Assert.Equal(4, _order.Count);
        GC.KeepAlive(b);
    });

    [Fact(Timeout = 30000)]
    public void Shutdown_OneThrows_ReportsItAndClosesTheOthers() => Run(async Coroutine () =>
    {
        var faulty = new Faulty(new IOException("disk"));
        var cancelled = new Faulty(new OperationCanceledException());
        IAsyncEnumerator<int> good = Loop.TrackAsyncEnumerator(CountAsync("good").GetAsyncEnumerator());
        Loop.TrackAsyncEnumerator(faulty);
        Loop.TrackAsyncEnumerator(cancelled);
        await good.MoveNextAsync();
        await Loop.ShutdownAsyncEnumeratorsAsync();
        Assert.Equal(["good begin", "good end"], _order);
        LoopErrorContext report = TakeReport();
        Assert.StartsWith("An error occurred during closing of async enumerator", report.Message, StringComparison.Ordinal);
        Assert.Equal("disk", report.Exception!.Message);
        Assert.Same(faulty, report.Extra["enumerator"]);
        GC.KeepAlive(cancelled);
    });

    [Fact(Timeout = 30000)]
    public void Track_Dropped_IsNotKeptAlive() => Run(async Coroutine () =>
    {
        WeakReference dropped = TrackAndDrop();
        for (int i = 0; i < 10 && dropped.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(dropped.IsAlive);
        await Loop.ShutdownAsyncEnumeratorsAsync();
    });

    [Fact(Timeout = 30000)]
    public void Track_AfterShutdown_Warns()
    {
        var log = new ListLogger();
        using var loop = new SelectorEventLoop(options: new EventLoopOptions { Name = "closing", Logger = log });
        loop.RunUntilComplete(loop.ShutdownAsyncEnumeratorsAsync());
        IAsyncEnumerator<int> late = loop.TrackAsyncEnumerator(CountAsync("late").GetAsyncEnumerator());
        string warning = Assert.Single(log.Lines);
        Assert.Contains("was tracked after ShutdownAsyncEnumeratorsAsync() of event loop 'closing'", warning, StringComparison.Ordinal);
        loop.RunUntilComplete(loop.ShutdownAsyncEnumeratorsAsync());
        GC.KeepAlive(late);
        Assert.Throws<ArgumentNullException>(() => loop.TrackAsyncEnumerator<IAsyncDisposable>(null!));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference TrackAndDrop() => new(Loop.TrackAsyncEnumerator(new Faulty(new IOException("never"))));

    private async IAsyncEnumerable<int> CountAsync(string name)
    {
        _order.Add($"{name} begin");
        try
        {
            for (int i = 0; ; i++)
            {
                yield return i;
            }
        }
        finally
        {
            await Task.Yield();
            await Task.Yield();
            _order.Add($"{name} end");
        }
    }

    private sealed class Faulty(Exception exception) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            throw exception;
        }
    }

    private sealed class ListLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Lines.Add(formatter(state, exception));
    }
}
