using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Bridge.Executors;

namespace Bridge.Tests.Interop;

/// <summary>One world's end of a border, where outcomes come from. Tests drive it from their own thread.</summary>
internal abstract class BorderSource
{
    /// <summary>Done once the source has an outcome, or its work has ended.</summary>
    protected readonly TaskCompletionSource DoneSource = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal virtual LoopHost? Host => null;

    /// <summary>Whether code that ends by a cancellation with a token ends this source as cancelled with that token.</summary>
    internal virtual bool CarriesToken => true;

    /// <summary>Whether it can end as cancelled by itself at all.</summary>
    internal virtual bool CanEndCancelled => true;

    /// <summary>Whether it has someone to ask to cancel.</summary>
    internal virtual bool CanBeAsked => true;

    internal Task Done => DoneSource.Task;

    /// <summary>Set once its code runs: one cancelled before that never runs, which is another test.</summary>
    internal ManualResetEventSlim Entered { get; } = new();

    internal abstract bool IsCancelled { get; }

    internal abstract void Succeed(int result);

    internal abstract void Fail(Exception exception);

    internal abstract void Cancel(CancellationToken token);
}

internal sealed class LoopFutureSource : BorderSource
{
    internal LoopFutureSource(LoopHost host)
    {
        Host = host;
        Future = host.Loop.CreateFuture<int>();
        host.Do(() =>
        {
            using AsyncFlowControl quiet = ExecutionContext.SuppressFlow();
            Future.AddDoneCallback(_ => DoneSource.TrySetResult());
        });
    }

    internal LoopFuture<int> Future { get; }

    internal override LoopHost Host { get; }

    internal override bool CarriesToken => false;

    internal override bool IsCancelled => Future.IsCancelled;

    internal override void Succeed(int result) => Host.Do(() => BorderContract.Watch(() => Future.TrySetResult(result)));

    internal override void Fail(Exception exception) => Host.Do(() => Future.TrySetException(exception));

    internal override void Cancel(CancellationToken token) => Host.Do(() => Future.Cancel("reason"));
}

/// <summary>A coroutine that does what it is told: as a task, or as run by RunCoroutineThreadSafe.</summary>
internal sealed class CoroutineSource : BorderSource
{
    private readonly LoopFuture<Func<int>> _command;
    private volatile bool _cancelled;

    internal CoroutineSource(LoopHost host)
    {
        Host = host;
        _command = host.Loop.CreateFuture<Func<int>>();
    }

    internal override LoopHost Host { get; }

    internal override bool IsCancelled => _cancelled;

    internal async Coroutine<int> Body()
    {
        try
        {
            Entered.Set();
            return (await _command)();
        }
        catch (OperationCanceledException)
        {
            _cancelled = true;
            throw;
        }
        finally
        {
            DoneSource.TrySetResult();
        }
    }

    internal override void Succeed(int result) => Host.Do(() => BorderContract.Watch(() => _command.TrySetResult(() => result)));

    internal override void Fail(Exception exception) => Host.Do(() => _command.TrySetResult(() =>
    {
        ExceptionDispatchInfo.Throw(exception);
        return 0;
    }));

    internal override void Cancel(CancellationToken token) => Host.Do(() => _command.TrySetResult(() => throw new OperationCanceledException(token)));
}

internal sealed class ConcurrentFutureSource : BorderSource
{
    internal ConcurrentFutureSource() => Future.AddDoneCallback(_ => DoneSource.TrySetResult());

    internal ConcurrentFuture<int> Future { get; } = new();

    internal override bool IsCancelled => Future.IsCancelled;

    internal override void Succeed(int result) => BorderContract.Watch(() => Future.TrySetResult(result));

    internal override void Fail(Exception exception) => Future.TrySetException(exception);

    internal override void Cancel(CancellationToken token) => Future.TrySetCanceled(token);
}

/// <summary>A task source: for borders that take it, or only its task, which nobody can ask to cancel.</summary>
internal sealed class TaskSourceSource : BorderSource
{
    private readonly bool _onlyTask;

    internal TaskSourceSource(bool onlyTask = false, CancellationToken stop = default)
    {
        _onlyTask = onlyTask;
        Source.Task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => DoneSource.TrySetResult());
        stop.UnsafeRegister(_ => Source.TrySetCanceled(stop), null);
    }

    internal TaskCompletionSource<int> Source { get; } = new();

    internal override bool CanBeAsked => !_onlyTask;

    internal override bool IsCancelled => Source.Task.IsCanceled;

    internal override void Succeed(int result) => BorderContract.Watch(() => Source.TrySetResult(result));

    internal override void Fail(Exception exception)
    {
        if (exception is AggregateException several)
        {
            Source.TrySetException(several.InnerExceptions);
        }
        else
        {
            Source.TrySetException(exception);
        }
    }

    internal override void Cancel(CancellationToken token) => Source.TrySetCanceled(token);
}

/// <summary>A blocking call that does what it is told, and stops when its token says so.</summary>
internal sealed class BlockingSource : BorderSource, IDisposable
{
    private readonly BlockingCollection<Func<int>> _commands = [];
    private volatile bool _cancelled;

    /// <summary>What it throws belongs to the call: an executor has no other way to say cancelled than its own token.</summary>
    internal override bool CanEndCancelled => false;

    internal override bool IsCancelled => _cancelled;

    internal int Body(CancellationToken token)
    {
        try
        {
            Entered.Set();
            return _commands.Take(token)();
        }
        catch (OperationCanceledException)
        {
            _cancelled = true;
            throw;
        }
        finally
        {
            DoneSource.TrySetResult();
        }
    }

    internal override void Succeed(int result) => _commands.Add(() => result);

    internal override void Fail(Exception exception) => _commands.Add(() =>
    {
        ExceptionDispatchInfo.Throw(exception);
        return 0;
    });

    /// <summary>Ends a call that nobody has told anything, so that no thread stays behind in it.</summary>
    public void Dispose() => _commands.CompleteAdding();

    internal override void Cancel(CancellationToken token) => _commands.Add(() => throw new OperationCanceledException(token), CancellationToken.None);
}
