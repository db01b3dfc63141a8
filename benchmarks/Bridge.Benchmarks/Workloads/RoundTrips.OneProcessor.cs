using Bridge.Benchmarks.Worlds;

namespace Bridge.Benchmarks.Workloads;

/// <summary>The round trip of two loops whose threads share one processor: no halted processor to wake, and no use in spinning.</summary>
/// <remarks>Both loops have threads of their own, because the measuring thread must not be pinned; it waits aside.</remarks>
public sealed class RoundTripsOnOneProcessor : RoundTrips
{
    private readonly SelectorEventLoop _here = new(options: new EventLoopOptions { Name = "here", Debug = false });
    private readonly SelectorEventLoop _there = new(options: new EventLoopOptions { Name = "there", Debug = false });
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
