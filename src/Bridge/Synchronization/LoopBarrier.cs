using System.Diagnostics;

namespace Bridge;

/// <summary>Lets a fixed number of tasks of one loop wait for each other, again and again.</summary>
/// <remarks>
/// <para>It fills until all parties wait, then drains: while they leave, newcomers wait outside. It belongs to the first loop in which a task had to wait for it.</para>
/// <para>Threads: its loop's. Source: <c>asyncio.Barrier</c>.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class LoopBarrier
{
    /// <summary>Tasks that wait for the barrier to fill, in order of arrival; woken ones are on their way out.</summary>
    private readonly WaiterLine _inside = new();

    /// <summary>Tasks that came while it drained or was being reset.</summary>
    private readonly WaiterLine _outside = new();

    private LoopBinding _binding;
    private BarrierState _state;

    /// <summary>Tasks that came in and have not left. At zero a draining or resetting barrier fills again.</summary>
    private int _count;

    /// <summary>Makes a barrier.</summary>
    /// <param name="parties">How many tasks wait for each other; one or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="parties"/> is less than one.</exception>
    public LoopBarrier(int parties)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parties, 1);
        Parties = parties;
    }

    /// <summary>How many tasks wait for each other.</summary>
    public int Parties { get; }

    /// <summary>How many tasks wait for the rest to come; 0 while it is not filling.</summary>
    public int WaitingCount => _state == BarrierState.Filling ? _count : 0;

    /// <summary>Whether it was aborted and not reset since.</summary>
    public bool IsBroken => _state == BarrierState.Broken;

    /// <summary>Waits until all parties wait; the last one goes on at once.</summary>
    /// <returns>A coroutine; its result is this task's place among those let through together, 0 to <see cref="Parties"/> - 1, in order of arrival.</returns>
    /// <exception cref="BarrierBrokenException">On await: the barrier was aborted, or was reset while this task waited in it.</exception>
    /// <exception cref="InvalidOperationException">On await: no loop is running in this thread, or the barrier belongs to another loop.</exception>
    /// <remarks>
    /// <para>A task that is cancelled while it waits leaves the barrier; the others go on waiting.</para>
    /// <para>Source: <c>Barrier.wait</c>. Stronger: places are distinct also after a cancellation, where asyncio gives one twice.</para>
    /// </remarks>
    public async Coroutine<int> Wait()
    {
        EventLoop loop = RunningLoop.Required;
        _binding.CheckAwait(this);
        await WaitOutside(loop);
        if (_state == BarrierState.Broken)
        {
            throw new BarrierBrokenException(Messages.BarrierBroken(this));
        }

        _count++;
        try
        {
            if (_count == Parties)
            {
                LetThrough();
                return Parties - 1;
            }

            return await WaitInside();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Empties the barrier and makes it usable: tasks inside get a <see cref="BarrierBrokenException"/>, those outside come in after them.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the barrier's.</exception>
    /// <remarks>Source: <c>Barrier.reset</c>, which is a coroutine but never waits.</remarks>
    public void Reset()
    {
        _binding.Check(this);
        if (_count == 0)
        {
            _state = BarrierState.Filling;
            return;
        }

        _state = BarrierState.Resetting;
        _inside.WakeAll();
    }

    /// <summary>Breaks the barrier: all its tasks, and those that come until <see cref="Reset"/>, get a <see cref="BarrierBrokenException"/>.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another loop or thread than the barrier's.</exception>
    /// <remarks>Source: <c>Barrier.abort</c>, which is a coroutine but never waits.</remarks>
    public void Abort()
    {
        _binding.Check(this);
        _state = BarrierState.Broken;
        _inside.WakeAll();
        _outside.WakeAll();
    }

    /// <summary>State and number of waiters, for people.</summary>
    public override string ToString() => _state switch
    {
        BarrierState.Filling => $"<LoopBarrier filling waiters={_count}/{Parties}>",
        BarrierState.Draining => $"<LoopBarrier draining waiters=0/{Parties}>",
        BarrierState.Resetting => $"<LoopBarrier resetting waiters=0/{Parties}>",
        _ => "<LoopBarrier broken>",
    };

    private async Coroutine WaitOutside(EventLoop loop)
    {
        long ticket = _outside.TakeTicket();
        while (_state is BarrierState.Draining or BarrierState.Resetting)
        {
            _binding.Bind(this);
            Waiter waiter = _outside.Join(loop, ticket);
            try
            {
                await waiter;
            }
            finally
            {
                _outside.Remove(waiter);
            }
        }
    }

    private async Coroutine<int> WaitInside()
    {
        Waiter waiter = _inside.Join(_binding.Bind(this));
        try
        {
            await waiter;
        }
        finally
        {
            _inside.Remove(waiter);
        }

        // Not only who waited for it to fill: a reset or abort also breaks the wait of those that were let through and are still inside.
        return _state == BarrierState.Draining ? waiter.Index : throw new BarrierBrokenException(Messages.BarrierBroken(this));
    }

    private void LetThrough()
    {
        _state = BarrierState.Draining;
        for (int index = 0; _inside.WakeNext() is { } waiter; index++)
        {
            waiter.Index = index;
        }
    }

    private void Leave()
    {
        if (--_count == 0)
        {
            if (_state is BarrierState.Draining or BarrierState.Resetting)
            {
                _state = BarrierState.Filling;
            }

            _outside.WakeAll();
        }
    }

    private enum BarrierState
    {
        Filling,
        Draining,
        Resetting,
        Broken,
    }
}

/// <summary>A <see cref="LoopBarrier"/> was aborted, or was reset while a task waited in it.</summary>
/// <remarks>Source: <c>asyncio.BrokenBarrierError</c>.</remarks>
public class BarrierBrokenException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public BarrierBrokenException()
        : base("The barrier is broken.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public BarrierBrokenException(string? message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    public BarrierBrokenException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
