using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>The round trip of two loops whose threads share one processor: no halted processor to wake, and no use in spinning.</summary>
/// <remarks>On a machine or in a container with one processor loops never spin. Here the threads are bound by hand, which the runtime cannot see,
/// so the spin is turned off by hand too, or left on to show what it costs. Both loops have threads of their own, because the measuring thread must not be pinned; it waits aside.</remarks>
public sealed class RoundTripsOnOneProcessor(bool spin) : RoundTrips
{
    private readonly SelectorEventLoop _here = new(options: Options("here", spin));
    private readonly SelectorEventLoop _there = new(options: Options("there", spin));
    private readonly ManualResetEventSlim _done = new();
    private readonly List<Thread> _threads = [];

    public override void Setup()
    {
        Start(_here);
        Start(_there);
    }

    protected override void PostThere(Action callback) => _there.CallSoonThreadSafe(callback);

    protected override void PostHere(Action callback) => _here.CallSoonThreadSafe(callback);

    protected override void LastOneRan() => _done.Set();

    protected override void RunUntilLastOne(Action first)
    {
        PostHere(first);
        _done.Wait();
        _done.Reset();
    }

    public override void Dispose()
    {
        SelectorEventLoop[] loops = [_here, _there];
        for (int i = 0; i < _threads.Count; i++)
        {
            loops[i].CallSoonThreadSafe(loops[i].Stop);
            _threads[i].Join();
        }

        _here.Dispose();
        _there.Dispose();
        _done.Dispose();
    }

    private static EventLoopOptions Options(string name, bool spin)
        => spin
            ? new EventLoopOptions { Name = name, Debug = false }
            : new EventLoopOptions { Name = name, Debug = false, MaximumSpin = TimeSpan.Zero };

    private void Start(SelectorEventLoop loop)
    {
        Exception? failure = null;
        var pinned = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            try
            {
                Processor.PinThread();
            }
            catch (MissingPeerException exception)
            {
                failure = exception;
            }

            pinned.Set();
            loop.RunForever();
        })
        { IsBackground = true, Name = "pinned loop" };
        thread.UnsafeStart();
        _threads.Add(thread);
        pinned.Wait();
        if (failure is not null)
        {
            throw failure;
        }
    }
}
