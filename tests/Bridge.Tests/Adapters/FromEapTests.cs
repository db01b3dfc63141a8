using System.ComponentModel;
using Bridge.TestKit;

namespace Bridge.Tests.Adapters;

/// <summary>Scenario 4: components that tell their end by an event.</summary>
public sealed class FromEapTests : LoopTest
{
    private readonly Component _component = new();

    [Fact(Timeout = 30000)]
    public void FromEap_Completed_GivesTheArguments() => Run(async Coroutine () =>
    {
        LoopFuture<ResultArgs> future = Call("a");
        _component.Complete("a");
        Assert.Equal("A", (await future).Result);
        Assert.Equal(0, _component.Handlers);
    });

    [Fact(Timeout = 30000)]
    public void FromEap_HundredOverlappingCalls_EachGetsItsOwn() => Run(async Coroutine () =>
    {
        List<LoopFuture<ResultArgs>> futures = [.. Enumerable.Range(0, 100).Select(i => Call($"call {i}"))];
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(t => new Thread(() =>
        {
            for (int i = 99 - t; i >= 0; i -= 4)
            {
                _component.Complete($"call {i}");
            }
        })
        { IsBackground = true })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        for (int i = 0; i < 100; i++)
        {
            Assert.Equal($"CALL {i}", (await futures[i]).Result);
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Equal(0, _component.Handlers);
    });

    [Fact(Timeout = 30000)]
    public void FromEap_CompletedInsideStart_GivesTheArguments() => Run(async Coroutine () =>
    {
        LoopFuture<ResultArgs> future = Loop.FromEap<ResultArgs>(h => _component.Done += h, h => _component.Done -= h, id =>
        {
            _component.Start("a", id);
            _component.Complete("a");
        });
        Assert.Equal("A", (await future).Result);
        Assert.Equal(0, _component.Handlers);
    });

    [Fact(Timeout = 30000)]
    public void FromEap_Error_IsThatException() => Run(async Coroutine () =>
    {
        var error = new InvalidDataException();
        LoopFuture<ResultArgs> future = Call("a");
        _component.Complete("a", error);
        Assert.Same(error, await FromApmTests.ThrowsAsync<InvalidDataException>(future));
        Assert.Equal(0, _component.Handlers);
    });

    [Fact(Timeout = 30000)]
    public void FromEap_CancelledByTheComponent_CancelsTheFuture() => Run(async Coroutine () =>
    {
        LoopFuture<ResultArgs> future = Call("a");
        _component.Complete("a", null, cancelled: true);
        await FromApmTests.ThrowsAsync<LoopCanceledException>(future);
        Assert.True(future.IsCancelled);
        Assert.Equal(0, _component.Handlers);
    });

    [Fact(Timeout = 30000)]
    public void FromEap_FutureCancelled_ComponentIsAskedATurnLater() => Run(async Coroutine () =>
    {
        LoopFuture<ResultArgs> future = Call("a");
        LoopFuture<ResultArgs> other = Call("b");
        Assert.True(future.Cancel());
        Assert.Empty(_component.Cancelled);
        await LoopTask.Yield();
        Assert.Equal(["a"], _component.Cancelled);
        Assert.Equal(1, _component.Handlers);
        _component.Complete("b");
        Assert.Equal("B", (await other).Result);
    });

    [Fact(Timeout = 30000)]
    public void FromEap_AwaitingTaskCancelled_ComponentIsAsked() => Run(async Coroutine () =>
    {
        LoopTask task = Loop.CreateTask(Awaiting());
        await LoopTask.Yield();
        task.Cancel();
        await FromApmTests.ThrowsAsync<LoopCanceledException>(task);
        Assert.Equal(["a"], _component.Cancelled);
        Assert.Equal(0, _component.Handlers);

        async Coroutine Awaiting() => await Call("a");
    });

    [Fact(Timeout = 30000)]
    public void FromEap_TokenCancelled_WaitEndsWithThatToken() => Run(async Coroutine () =>
    {
        using var source = new CancellationTokenSource();
        LoopFuture<ResultArgs> future = Call("a", source.Token);
        source.Cancel();
        OperationCanceledException cancelled = await FromApmTests.ThrowsAsync<OperationCanceledException>(future);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        await LoopTask.Yield();
        Assert.Equal(["a"], _component.Cancelled);
        Assert.Equal(0, _component.Handlers);
    });

    /// <summary>Rank 21: the canceller neither waits for strangers nor runs them.</summary>
    [Fact(Timeout = 30000)]
    public void FromEap_TokenOfAThousandCallsCancelled_RunsNothingInsideCancel() => Run(async Coroutine () =>
    {
        using var source = new CancellationTokenSource();
        HashSet<int> cancelThreads = [];
        int asked = 0;
        List<LoopFuture<ResultArgs>> futures = [.. Enumerable.Range(0, 1000).Select(i => Loop.FromEap<ResultArgs>(
            _ => { }, _ => { }, _ => { }, _ =>
            {
                asked++;
                cancelThreads.Add(Environment.CurrentManagedThreadId);
            },
            cancellationToken: source.Token))];
        var canceller = new Thread(source.Cancel) { IsBackground = true };
        canceller.Start();
        canceller.Join();
        Assert.Equal(0, asked);
        foreach (LoopFuture<ResultArgs> future in futures)
        {
            await FromApmTests.ThrowsAsync<OperationCanceledException>(future);
        }

        await LoopTask.Yield();
        Assert.Equal(1000, asked);
        Assert.Equal([Environment.CurrentManagedThreadId], cancelThreads);
    });

    [Fact(Timeout = 30000)]
    public void FromEap_TokenCancelledBefore_NothingIsCalled()
    {
        LoopFuture<ResultArgs> future = Call("a", new CancellationToken(true));
        Assert.True(future.IsCancelled);
        Assert.Empty(_component.Running);
        Assert.Equal(0, _component.Handlers);
    }

    [Fact(Timeout = 30000)]
    public void FromEap_StartThrows_FutureFailsAndHandlerIsRemoved() => Run(async Coroutine () =>
    {
        var thrown = new InvalidDataException();
        LoopFuture<ResultArgs> future = Loop.FromEap<ResultArgs>(h => _component.Done += h, h => _component.Done -= h, _ => throw thrown);
        Assert.Same(thrown, await FromApmTests.ThrowsAsync<InvalidDataException>(future));
        Assert.Equal(0, _component.Handlers);
    });

    [Fact(Timeout = 30000)]
    public void FromEap_CancelThrows_IsReportedAndHandlerRemoved() => Run(async Coroutine () =>
    {
        LoopFuture<ResultArgs> future = Loop.FromEap<ResultArgs>(
            h => _component.Done += h, h => _component.Done -= h, id => _component.Start("a", id), _ => throw new InvalidDataException());
        future.Cancel();
        await LoopTask.Yield();
        Assert.IsType<InvalidDataException>(TakeReport().Exception);
        Assert.Equal(0, _component.Handlers);
    });

    [Fact(Timeout = 30000)]
    public void FromEap_ArgumentsWithoutUserState_NeedAMatch() => Run(async Coroutine () =>
    {
        LoopFuture<EventArgs> unmatched = Loop.FromEap<EventArgs>(h => _component.Plain += h.Invoke, h => _component.Plain -= h.Invoke, _ => { });
        LoopFuture<EventArgs> matched = Loop.FromEap<EventArgs>(h => _component.Plain += h.Invoke, h => _component.Plain -= h.Invoke, _ => { }, match: (_, _) => true);
        _component.RaisePlain();
        Assert.Contains("match", (await FromApmTests.ThrowsAsync<InvalidOperationException>(unmatched)).Message, StringComparison.Ordinal);
        Assert.Same(EventArgs.Empty, await matched);
        Assert.False(_component.HasPlainHandlers);
    });

    [Fact(Timeout = 30000)]
    public void FromEap_LoopClosedFirst_ComponentIsAskedAndHandlerRemoved()
    {
        LoopFuture<ResultArgs> future = Call("a");
        Loop.Close();
        Assert.Equal(["a"], _component.Cancelled);
        Assert.Equal(0, _component.Handlers);
        Assert.False(future.IsDone);
    }

    [Fact(Timeout = 30000)]
    public void FromEap_CancelledAndLoopClosedBeforeItsNextTurn_ComponentIsAskedAndHandlerRemoved()
    {
        LoopFuture<ResultArgs> future = Call("a");
        future.Cancel();
        Loop.Close();
        Assert.Equal(["a"], _component.Cancelled);
        Assert.Equal(0, _component.Handlers);
    }

    [Fact(Timeout = 30000)]
    public void FromEap_BadCalls_ThrowAtOnce()
    {
        Assert.Throws<ArgumentNullException>("add", () => Loop.FromEap<ResultArgs>(null!, _ => { }, _ => { }));
        Assert.Throws<ArgumentNullException>("remove", () => Loop.FromEap<ResultArgs>(_ => { }, null!, _ => { }));
        Assert.Throws<ArgumentNullException>("start", () => Loop.FromEap<ResultArgs>(_ => { }, _ => { }, null!));
        var thrown = new InvalidDataException();
        Assert.Same(thrown, Assert.Throws<InvalidDataException>(() => Loop.FromEap<ResultArgs>(_ => throw thrown, _ => { }, _ => { })));
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.FromEap<ResultArgs>(_ => { }, _ => { }, _ => { }));
    }

    private LoopFuture<ResultArgs> Call(string name, CancellationToken token = default) => Loop.FromEap<ResultArgs>(
        h => _component.Done += h, h => _component.Done -= h, id => _component.Start(name, id), _component.CancelAsync, cancellationToken: token);

    private sealed class ResultArgs(string result, Exception? error, bool cancelled, object? state) : AsyncCompletedEventArgs(error, cancelled, state)
    {
        internal string Result { get; } = result;
    }

    /// <summary>A component of the old kind, in the test's hands.</summary>
    private sealed class Component
    {
        private readonly Lock _lock = new();

        internal event EventHandler<ResultArgs>? Done;

        internal event PlainEventHandler? Plain;

        internal Dictionary<string, object> Running { get; } = [];

        internal List<string> Cancelled { get; } = [];

        internal int Handlers => Done?.GetInvocationList().Length ?? 0;

        internal bool HasPlainHandlers => Plain is not null;

        internal void Start(string name, object id)
        {
            lock (_lock)
            {
                Running.Add(name, id);
            }
        }

        internal void CancelAsync(object id)
        {
            lock (_lock)
            {
                Cancelled.Add(Running.Single(call => call.Value == id).Key);
            }
        }

        internal void Complete(string name, Exception? error = null, bool cancelled = false)
        {
            object id;
            lock (_lock)
            {
                Running.Remove(name, out id!);
            }

            Done?.Invoke(this, new ResultArgs(name.ToUpperInvariant(), error, cancelled, id));
        }

        internal void RaisePlain() => Plain?.Invoke(this, EventArgs.Empty);

        internal delegate void PlainEventHandler(object? sender, EventArgs args);
    }
}
