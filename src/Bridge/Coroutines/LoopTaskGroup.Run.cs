using System.Runtime.ExceptionServices;

namespace Bridge;

/// <content>Running a group's body, and its end.</content>
public sealed partial class LoopTaskGroup
{
    /// <summary>Runs a body inside the current task, and then waits for the children it started.</summary>
    /// <param name="body">The block; gets the group.</param>
    /// <returns>A coroutine that ends when the body and all children have.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is null.</exception>
    /// <remarks>
    /// <para>
    /// When a child fails, its siblings and the body are cancelled, once; all are waited for, and <see cref="AggregateException"/>
    /// ("unhandled errors in a TaskGroup") is thrown with the failures in the order in which they came, the body's last. A child that
    /// is cancelled does not count. A body that fails does the same. An exception that ends the loop's run
    /// (<see cref="IFatalLoopException"/>) comes out bare.
    /// </para>
    /// <para>
    /// Cancelling the task from outside cancels the children and, unless something failed, throws the cancellation; if something
    /// did, it is delivered at the task's next await.
    /// </para>
    /// <para>Source: <c>asyncio.TaskGroup</c>.</para>
    /// </remarks>
    public static Coroutine Run(Func<LoopTaskGroup, Coroutine> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunCore(body);
    }

    /// <summary>Runs a body inside the current task, waits for the children it started, and gives the body's result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="body">The block; gets the group.</param>
    /// <returns>A coroutine giving the result once all children have ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is null.</exception>
    /// <remarks>
    /// As <see cref="Run(Func{LoopTaskGroup, Coroutine})"/>. If <see cref="Cancel"/> cut the body short there is no result to give,
    /// and <see cref="LoopCanceledException"/> is thrown.
    /// </remarks>
    public static Coroutine<T> Run<T>(Func<LoopTaskGroup, Coroutine<T>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunCore(body);
    }

    private static async Coroutine RunCore(Func<LoopTaskGroup, Coroutine> body)
    {
        var group = new LoopTaskGroup(await new OwnTask());
        Exception? error = null;
        try
        {
            await (body(group) ?? throw new InvalidOperationException(Messages.BodyGaveNothing));
        }
        catch (Exception exception)
        {
            // Judged in Exit, together with the children's.
            error = exception;
        }

        await group.Exit(error);
    }

    private static async Coroutine<T> RunCore<T>(Func<LoopTaskGroup, Coroutine<T>> body)
    {
        var group = new LoopTaskGroup(await new OwnTask());
        Exception? error = null;
        T result = default!;
        try
        {
            result = await (body(group) ?? throw new InvalidOperationException(Messages.BodyGaveNothing));
        }
        catch (Exception exception)
        {
            // Judged in Exit, together with the children's.
            error = exception;
        }

        await group.Exit(error);
        return error is null ? result : throw new LoopCanceledException("The group was cancelled before its body had a result.", error);
    }

    /// <summary>Waits for the children, whatever happens, and throws what the block as a whole ends with.</summary>
    private async Coroutine Exit(Exception? bodyError)
    {
        _exiting = true;
        if (bodyError is not null)
        {
            NoteIfFatal(bodyError);
            Abort();
        }

        OperationCanceledException? cancelled = await WaitForChildren() ?? bodyError as OperationCanceledException;
        if (_fatal is not null)
        {
            ExceptionDispatchInfo.Throw(_fatal);
        }

        if (bodyError is not null and not OperationCanceledException)
        {
            _errors.Add(bodyError);
        }

        bool wantedOutside = TakeBackOwnRequest(ref cancelled);
        if (_errors.Count > 0)
        {
            if (wantedOutside)
            {
                // The failures hide the cancellation; asked for again, it comes at the next await. The count stays.
                _parent.Uncancel();
                _parent.Cancel();
            }

            throw new AggregateException(Messages.GroupFailed, _errors);
        }

        if (cancelled is not null)
        {
            ExceptionDispatchInfo.Throw(cancelled);
        }
    }

    /// <summary>Returns a cancellation that came from outside while it waited; it waits on all the same.</summary>
    private async Coroutine<OperationCanceledException?> WaitForChildren()
    {
        OperationCanceledException? cancelled = null;
        while (_tasks.Count > 0)
        {
            _allDone = new ObserverWait(_loop, this);
            try
            {
                await _allDone;
            }
            catch (OperationCanceledException exception)
            {
                if (!_aborting)
                {
                    cancelled = exception;
                    Abort();
                }
            }

            _allDone = null;
        }

        return cancelled;
    }

    /// <summary>Takes back the group's own request. True: somebody outside wants the parent cancelled; then the cancellation must get out.</summary>
    private bool TakeBackOwnRequest(ref OperationCanceledException? cancelled)
    {
        if (!_parentCancelRequested)
        {
            return _parent.CancelRequests > _requestsBefore;
        }

        if (_parent.TakeBackRequest(_requestsBefore))
        {
            cancelled = null;
            return false;
        }

        // Its exception may have been taken for the group's own and dropped.
        cancelled ??= new LoopCanceledException();
        return true;
    }
}
