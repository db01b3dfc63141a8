using System.Runtime.CompilerServices;

namespace Bridge.Tests.Interop;

/// <summary>The five questions of every border: result, exception, cancellation both ways, ambient context, thread. One sealed class per direction.</summary>
public abstract class BorderContract : IDisposable
{
    private static readonly AsyncLocal<object?> s_ambient = new();

    /// <summary>Set while this thread is inside a call that completes a source.</summary>
    [ThreadStatic]
    private static bool t_completing;

    private readonly List<LoopHost> _hosts = [];
    private readonly List<IDisposable> _owned = [];

    private protected LoopHost Host(string name = "far")
    {
        var host = new LoopHost(name);
        _hosts.Add(host);
        return host;
    }

    /// <summary>Disposed of when the test and its loops have ended.</summary>
    private protected T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    private protected abstract (BorderSource Source, BorderDestination Destination) Join();

    internal static void Watch(Action complete)
    {
        t_completing = true;
        complete();
        t_completing = false;
    }

    public void Dispose()
    {
        foreach (LoopHost host in _hosts)
        {
            host.Dispose();
        }

        _owned.ForEach(owned => owned.Dispose());
        GC.SuppressFinalize(this);
    }

    [Fact(Timeout = 30000)]
    public void Source_Succeeds_ResultArrivesOnTheRightThread()
    {
        var (source, destination) = Join();
        source.Succeed(42);
        Seen seen = destination.Wait();
        Assert.Null(seen.Exception);
        Assert.Equal(42, seen.Result);
        Assert.Equal(destination.Host?.ThreadId ?? Environment.CurrentManagedThreadId, seen.ThreadId);
    }

    [Fact(Timeout = 30000)]
    public void Source_Fails_SameObjectWithItsFramesArrives()
    {
        var (source, destination) = Join();
        Exception thrown = Catch(static () => ThrowerOfTheBorderTests());
        source.Fail(thrown);
        Seen seen = destination.Wait();
        Assert.Same(thrown, seen.Exception);
        Assert.Contains(nameof(ThrowerOfTheBorderTests), seen.Exception!.StackTrace, StringComparison.Ordinal);
        Assert.False(destination.IsCancelled);
    }

    [Fact(Timeout = 30000)]
    public void Source_FailsWithSeveral_SeveralArrive()
    {
        var (source, destination) = Join();
        var first = new IOException("first");
        var second = new FormatException("second");
        source.Fail(new AggregateException(first, second));
        var several = Assert.IsType<AggregateException>(destination.Wait().Exception);
        Assert.Equal([first, second], several.InnerExceptions);
    }

    [Fact(Timeout = 30000)]
    public void Source_Cancelled_DestinationIsCancelledForTheSameReason()
    {
        var (source, destination) = Join();
        using var tokenSource = new CancellationTokenSource();
        tokenSource.Cancel();
        source.Cancel(tokenSource.Token);
        Seen seen = destination.Wait();
        var cancelled = Assert.IsAssignableFrom<OperationCanceledException>(seen.Exception);
        Assert.Equal(source.CanEndCancelled, destination.IsCancelled);
        if (source.CarriesToken)
        {
            Assert.Equal(tokenSource.Token, cancelled.CancellationToken);
        }
        else
        {
            Assert.Equal("reason", Assert.IsAssignableFrom<LoopCanceledException>(cancelled).CancelMessage);
        }
    }

    [Fact(Timeout = 30000)]
    public void Destination_Cancelled_SourceIsAskedToCancel()
    {
        var (source, destination) = Join();
        if (source is CoroutineSource or BlockingSource)
        {
            Assert.True(source.Entered.Wait(LoopHost.Limit));
        }

        destination.Cancel();
        Assert.IsAssignableFrom<OperationCanceledException>(destination.Wait().Exception);
        Assert.True(destination.IsCancelled);
        if (source.CanBeAsked)
        {
            Assert.True(source.Done.Wait(LoopHost.Limit));
            Assert.True(source.IsCancelled);
        }
        else
        {
            source.Succeed(1);
            Assert.True(source.Done.Wait(LoopHost.Limit));
            Assert.True(destination.IsCancelled);
        }
    }

    [Fact(Timeout = 30000)]
    public void Source_DoneAlready_OutcomeArrivesOnce()
    {
        var (source, destination) = Join();
        source.Succeed(1);
        source.Succeed(2);
        Assert.Equal(1, destination.Wait().Result);
        Assert.Equal(1, destination.Wait().Result);
    }

    [Fact(Timeout = 30000)]
    public void Source_Succeeds_RunsNoContinuationOfAStranger()
    {
        var (source, destination) = Join();
        using var ran = new ManualResetEventSlim();
        bool inside = false;
        int thread = 0;
        destination.WhenDone(() =>
        {
            inside = t_completing;
            thread = Environment.CurrentManagedThreadId;
            ran.Set();
        });
        source.Succeed(1);
        Assert.True(ran.Wait(LoopHost.Limit));
        Assert.False(inside);
        if (destination.Host is { } host)
        {
            Assert.Equal(host.ThreadId, thread);
        }
        else if (source.Host is { } from)
        {
            Assert.NotEqual(from.ThreadId, thread);
        }
    }

    [Fact(Timeout = 30000)]
    public void SourceLoop_Closes_DestinationIsCancelledWithThatReason()
    {
        var (source, destination) = Join();
        if (source.Host is not { } host || ReferenceEquals(host, destination.Host))
        {
            return;
        }

        host.Close();
        Seen seen = destination.Wait();
        Assert.IsType<LoopClosedException>(seen.Exception);
        Assert.Contains(host.Loop.Name, seen.Exception.Message, StringComparison.Ordinal);
        Assert.True(destination.IsCancelled);
    }

    [Fact(Timeout = 30000)]
    public void DestinationLoop_Closed_OutcomeIsDroppedAndCounted()
    {
        var (source, destination) = Join();
        if (destination.Host is not { } host || ReferenceEquals(host, source.Host))
        {
            return;
        }

        host.Close();
        source.Succeed(1);
        Assert.True(SpinWait.SpinUntil(() => host.Loop.LateCompletions == 1, LoopHost.Limit));
        source.Host?.Do(() => { });
    }

    [Fact(Timeout = 30000)]
    public void Pending_MadeInsideAScope_KeepsNoAmbientContext()
    {
        var (weak, source, destination) = JoinInsideScope();
        if (source is CoroutineSource or BlockingSource)
        {
            // User code runs in the context of whoever started it, so that context lives as long as the code does.
            source.Succeed(1);
            destination.Wait();
        }

        Assert.True(IsCollected(weak));
        GC.KeepAlive(source);
        GC.KeepAlive(destination);
    }

    internal static Exception Catch(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            return exception;
        }

        throw new InvalidOperationException("Nothing was thrown.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void ThrowerOfTheBorderTests() => throw new InvalidDataException("thrown for a test");

    internal static bool IsCollected(WeakReference weak)
    {
        // The loop keeps the last callback's context until it sleeps.
        return SpinWait.SpinUntil(IsGone, LoopHost.Limit);

        bool IsGone()
        {
            Garbage.Collect();
            return !weak.IsAlive;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private (WeakReference Weak, BorderSource Source, BorderDestination Destination) JoinInsideScope()
    {
        BorderSource? source = null;
        BorderDestination? destination = null;
        var weak = new WeakReference(null);
        ExecutionContext.Run(ExecutionContext.Capture()!, _ =>
        {
            s_ambient.Value = weak.Target = new object();
            (source, destination) = Join();
        }, null);
        return (weak, source!, destination!);
    }
}
