using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Which loop a primitive belongs to: none when it is made, then for ever the first one that something waited on it in.</summary>
/// <remarks>Source: asyncio's <c>_LoopBoundMixin</c>. Stronger: asyncio notices a wrong loop only where it has to wait, and a wrong thread never.</remarks>
internal struct LoopBinding
{
    /// <summary>
    /// Null, then the loop. Two loops on two threads may race to be the first: the interlocked exchange in <see cref="Bind"/> decides.
    /// Others read it plainly: a stale null only skips the check, as before the race.
    /// </summary>
    private EventLoop? _loop;

    /// <summary>For members that do not wait: throws if the primitive is bound to a loop that runs elsewhere. One compare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Check(object primitive)
    {
        if (_loop is { } loop && !loop.IsOnLoopThread)
        {
            CheckElsewhere(loop, primitive);
        }
    }

    /// <summary>For members that may wait: also throws where no loop is running at all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void CheckAwait(object primitive)
    {
        if (_loop is { } loop ? !loop.IsOnLoopThread : RunningLoop.Current is null)
        {
            CheckAwaitElsewhere(primitive);
        }
    }

    /// <summary>The loop running here, which from now on is the primitive's.</summary>
    internal EventLoop Bind(object primitive)
    {
        EventLoop running = RunningLoop.Required;
        EventLoop bound = Interlocked.CompareExchange(ref _loop, running, null) ?? running;
        return ReferenceEquals(bound, running)
            ? running
            : throw new InvalidOperationException(Messages.BoundToOtherLoop(primitive, bound, running));
    }

    private static void CheckElsewhere(EventLoop loop, object primitive)
    {
        if (RunningLoop.Current is { } running)
        {
            throw new InvalidOperationException(Messages.BoundToOtherLoop(primitive, loop, running));
        }

        // Passes while its loop does not run: any one thread may prepare a loop.
        loop.AssertLoopThread();
    }

    private readonly void CheckAwaitElsewhere(object primitive)
    {
        if (_loop is { } loop)
        {
            CheckElsewhere(loop, primitive);
        }

        throw new InvalidOperationException(Messages.NoRunningLoop);
    }
}
