using Bridge.Benchmarks.Workloads;

namespace Bridge.Benchmarks.Harness;

/// <summary>How the cost of one thing grows with how many there are.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Unit">What a figure counts: "ns per callback".</param>
/// <param name="Parameter">What grows.</param>
/// <param name="Points">Its values, ascending.</param>
/// <param name="Make">The workload at a point.</param>
/// <param name="Operations">How often per run at a point; a multiple of it where the operations are done that many at a time.</param>
/// <param name="Law">What the algorithm says, in a sentence; a curve that says otherwise found a mistake, a cache or the garbage collector.</param>
public sealed record GrowthCurve(
    string Name, string Unit, string Parameter, int[] Points, Func<int, Workload> Make, Func<int, int> Operations, string Law);

/// <summary>Every growth curve.</summary>
/// <remarks>
/// The laws speak of what the algorithm does. From some size on the caches of the processor show as well, and where objects are made,
/// the garbage collector, which looks at all that live: run with <c>DOTNET_GCgen0size=0xC0000000</c> to tell it apart.
/// </remarks>
public static class Growth
{
    public static IEnumerable<GrowthCurve> All => [.. Queues, .. Tasks, .. Nests];

    private static IEnumerable<GrowthCurve> Queues =>
    [
        new("callbacks queued at once", "ns per callback", "callbacks queued", PowersOfTen(1_000_000),
            depth => new QueuedAtOnce(depth), AtLeast(200_000),
            "Constant per callback; with few of them the turn around them, and the look at I/O that it shares, show."),
        new("live timers", "ns per schedule + cancel", "live timers", PowersOfTen(1_000_000),
            live => new CancelledTimers.OnBridge(live), _ => 100_000,
            "Constant: a timer is linked into a slot of the wheel and out of it, whatever else is in the wheel."),
        new("timers due at once", "ns per timer, scheduled and run", "timers due within a millisecond", PowersOfTen(1_000_000),
            timers => new TimersDueAtOnce(timers), AtLeast(50_000),
            "Constant: a timer moves down the wheel a few times and is never compared with another; alone, it pays for a look at I/O."),
        new("posting threads", "ns per post", "producers", [1, 2, 4, 8, 16],
            producers => new CrossThreadPosts.OnBridge(producers), _ => 500_000,
            "Constant but for contention: a post takes one gate, once, and wakes nobody while the loop is busy."),
    ];

    private static IEnumerable<GrowthCurve> Tasks =>
    [
        new("suspended tasks", "ns per task, made to done", "tasks suspended at once", PowersOfTen(1_000_000),
            tasks => new SuspendedTasks(tasks), AtLeast(50_000),
            "Constant: making, suspending, waking and ending a task look at no other task."),
        new("memory of sleeping tasks", "bytes per task", "tasks asleep at once", [1_000, 10_000, 100_000, 1_000_000],
            _ => new SleepingTasksOnBridge(), tasks => tasks,
            "Constant: coroutine, task and timer, plus a slot each in arrays that double, and so are up to half empty."),
        new("tasks woken by one event", "ns per task woken", "tasks that wait", PowersOfTen(1_000_000),
            tasks => new TasksWokenByEvent(tasks), AtLeast(50_000),
            "Constant: Set queues each waiter once, and each leaves the line in constant time."),
        new("gathered coroutines", "ns per child", "children of one gather", PowersOfTen(100_000),
            children => new GatheredCoroutines(children), AtLeast(50_000),
            "Constant: a child counts down, and the last one collects all results in one pass."),
    ];

    private static IEnumerable<GrowthCurve> Nests =>
    [
        new("nested calls, nobody suspends", "ns per level", "depth", PowersOfTen(100_000),
            depth => new DeepCalls(depth), AtLeast(100_000),
            "Constant per level, in two steps: once the stack is used up, each further level is started by the task instead of its caller, which costs a suspension."),
        new("nested calls, the innermost yields", "ns per yield", "depth", PowersOfTen(100_000),
            depth => new YieldsBelow(depth), _ => 100_000,
            "Constant: a wake-up resumes the innermost coroutine, and nobody above it."),
        new("futures completed by callbacks", "ns per link", "links", PowersOfTen(100_000),
            links => new CallbackChain(links), AtLeast(50_000),
            "Constant per link, a turn each, on a flat stack."),
        new("futures joined by Futures.Chain", "ns per link", "links", PowersOfTen(100_000),
            links => new ChainedFutures(links), AtLeast(50_000),
            "Constant per link, a turn each, on a flat stack."),
    ];

    private static int[] PowersOfTen(int last)
    {
        List<int> points = [];
        for (int point = 1; point <= last; point *= 10)
        {
            points.Add(point);
        }

        return [.. points];
    }

    /// <summary>As many operations as fill a run of some milliseconds, but all of a point's at least once.</summary>
    private static Func<int, int> AtLeast(int operations) => point => Math.Max(point, operations);
}
