using Bridge.Selectors;
using Bridge.Testing;

namespace Bridge.TestKit;

/// <summary>A test with a loop of its own on virtual time. Fails if the loop reported something the test did not look at.</summary>
public abstract class LoopTest : IDisposable
{
    protected LoopTest(EventLoopOptions? options = null, ISelector? selector = null)
    {
        Time = new VirtualClock();
        Selector = new AutoJumpSelector(selector ?? Bridge.Selectors.Selector.CreateDefault(), Time);
        Loop = new SelectorEventLoop(Selector, new EventLoopOptions
        {
            TimeProvider = Time,
            Name = options?.Name ?? "test",
            Debug = options?.Debug ?? false,
            StrictPolling = options?.StrictPolling ?? false,
            MaximumSpin = TimeSpan.Zero,
        });
        Selector.Loop = Loop;
        Loop.ExceptionHandler = (_, report) =>
        {
            lock (Reports)
            {
                Reports.Add(report);
            }
        };
    }

    protected VirtualClock Time { get; }

    protected AutoJumpSelector Selector { get; }

    protected EventLoop Loop { get; }

    /// <summary>What the loop reported; a test that expects reports takes them out.</summary>
    protected List<LoopErrorContext> Reports { get; } = [];

    /// <summary>Runs until the coroutine is done.</summary>
    protected void Run(Func<Coroutine> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Loop.RunUntilComplete(body());
    }

    protected T Run<T>(Func<Coroutine<T>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Loop.RunUntilComplete(body());
    }

    /// <summary>Runs this many turns, whatever is ready; never waits.</summary>
    protected void RunTurns(int turns = 1)
    {
        for (int i = 0; i < turns; i++)
        {
            Loop.Stop();
            Loop.RunForever();
        }
    }

    /// <summary>Takes the only report out.</summary>
    protected LoopErrorContext TakeReport()
    {
        lock (Reports)
        {
            if (Reports.Count != 1)
            {
                throw new InvalidOperationException($"Expected one report, found {Reports.Count}: {string.Join(" | ", Reports)}");
            }

            LoopErrorContext report = Reports[0];
            Reports.Clear();
            return report;
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Loop.Close();
        lock (Reports)
        {
            if (Reports.Count != 0)
            {
                throw new InvalidOperationException($"The loop reported: {string.Join(" | ", Reports)}");
            }
        }
    }
}
