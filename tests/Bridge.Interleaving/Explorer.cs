namespace Bridge.Interleaving;

/// <summary>Runs the threads of a small model under every schedule, one after the other, until one fails.</summary>
/// <remarks>
/// <para>
/// What it explores. The threads are real, but only the holder of the baton runs. At each mark (<see cref="Interleave"/>) the holder
/// asks who goes on; the answers of one run are a path in a tree, and the explorer visits the whole tree depth-first by running the
/// model again from its beginning with the next path. A switch away from a thread that could have gone on is a preemption; their
/// number per run is bounded, because the tree grows exponentially with it while nearly all bugs need one or two. Switches that a
/// thread cannot avoid (it waits, spins or has ended) are free. So within the bound every schedule is tried, a run that cannot end is
/// found as such, and a schedule that failed can be run again: it is printed, and <see cref="Replay"/> takes it.
/// </para>
/// <para>
/// What it cannot find. It knows sequentially consistent orders only: a mistake that needs a store to be delayed in a processor's
/// buffer, or two accesses to be swapped by the compiler, does not show (<see cref="StoreBufferModel"/> models the one place where
/// that matters by hand). Between two marks nothing is interrupted; a shared access without a mark before it is not explored, nor
/// are the insides of <c>lock</c>. It counts no time and proves nothing beyond the size of the model.
/// </para>
/// </remarks>
internal sealed class Explorer : IDisposable
{
    /// <summary>BRIDGE_STRESS=1: each proof allows one more preemption, which takes minutes instead of seconds.</summary>
    private static readonly bool s_thorough = Environment.GetEnvironmentVariable("BRIDGE_STRESS") == "1";

    private readonly int _preemptions;
    private readonly int _maximumSchedules;
    private readonly CarrierPool _carriers = new();

    /// <param name="preemptions">How many avoidable switches a run may have; <see cref="int.MaxValue"/> for all schedules there are.</param>
    /// <param name="maximumSchedules">Where to give up; the result then says that it is not complete.</param>
    internal Explorer(int preemptions, int maximumSchedules = 5_000_000)
    {
        _preemptions = preemptions;
        _maximumSchedules = maximumSchedules;
    }

    public void Dispose() => _carriers.Dispose();

    /// <summary>Explores a model with explorer threads of its own, and fails the test with the schedule if one fails.</summary>
    internal static Exploration Prove(int preemptions, Func<Model> create)
    {
        using var explorer = new Explorer(s_thorough ? preemptions + 1 : preemptions);
        Exploration result = explorer.Explore(create);
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
        Assert.True(result.Failure is null, result.ToString());
        Assert.True(result.IsComplete, result.ToString());
        return result;
    }

    /// <summary>Explores a model that holds a mistake, and fails the test unless it is found and its schedule shows it again.</summary>
    internal static Exploration Refute(int preemptions, Func<Model> create)
    {
        using var explorer = new Explorer(preemptions);
        Exploration result = explorer.Explore(create);
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
        Assert.True(result.Failure is not null, "The seeded mistake was not found: " + result);
        Assert.Equal(result.Failure.Message, explorer.Replay(create, result.Failure.Schedule)?.Message);
        return result;
    }

    /// <param name="create">Makes the model anew for each run; it must do the same each time.</param>
    internal Exploration Explore(Func<Model> create)
    {
        var path = new SchedulePath();
        int schedules = 0;
        do
        {
            schedules++;
            if (Run(create(), path, trace: null) is not null)
            {
                return new Exploration(schedules, IsComplete: false, Replay(create, path.ToString()));
            }

            if (schedules == _maximumSchedules)
            {
                return new Exploration(schedules, IsComplete: false, Failure: null);
            }
        }
        while (path.MoveToNext());

        return new Exploration(schedules, IsComplete: true, Failure: null);
    }

    /// <summary>Runs one schedule, and tells what went wrong in it and which thread did what. Null: nothing went wrong.</summary>
    internal ScheduleFailure? Replay(Func<Model> create, string schedule)
    {
        var trace = new ScheduleTrace();
        Exception? exception = Run(create(), SchedulePath.Parse(schedule), trace);
        return exception is null ? null : new ScheduleFailure(schedule, exception.Message, trace.ToString());
    }

    private Exception? Run(Model model, SchedulePath path, ScheduleTrace? trace)
    {
        path.Restart();
        var run = new ScheduledRun(model, _carriers, _preemptions, path, trace);
        run.RunToEnd();
        if (run.Failure is not null)
        {
            return run.Failure;
        }

        try
        {
            model.CheckAtEnd();
            return null;
        }
        catch (Exception exception)
        {
            // Any exception is a verdict here.
            return exception;
        }
    }
}
