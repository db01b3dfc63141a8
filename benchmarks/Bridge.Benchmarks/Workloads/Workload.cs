namespace Bridge.Benchmarks.Workloads;

/// <summary>One thing to do many times in one world. BenchmarkDotNet classes, the smoke run and comparison programs call the same ones.</summary>
/// <remarks>Made, set up, run and disposed of on one thread, the measuring one; what it needs besides it starts and ends itself.</remarks>
public abstract class Workload : IDisposable
{
    /// <summary>Everything that is not to be measured: loops, threads, timers that are merely there. Called once, first.</summary>
    public virtual void Setup()
    {
    }

    /// <summary>Does the thing this often and returns when the last one is over. May be called again.</summary>
    /// <param name="operations">One or more; fixed costs of a call (entering a loop, starting threads) are part of the measure, so make it many.</param>
    public abstract void RunOnce(int operations);

    /// <summary>The figure of the last run, per operation and in the comparison's unit, where a stopwatch around it would measure something else.</summary>
    public virtual double? Figure => null;

    /// <summary>Whether bytes say anything about the workload: those of this process, or <see cref="Bytes"/>.</summary>
    public virtual bool CountsBytes => true;

    /// <summary>Bytes that the last run allocated per operation, where another process does the work.</summary>
    public virtual double? Bytes => null;

    /// <summary>How long it has to run before its figures say something, if that is longer than usual.</summary>
    public virtual TimeSpan WarmUp => TimeSpan.Zero;

    /// <summary>What else was measured on the way, over all runs so far.</summary>
    public virtual IEnumerable<SideFigure> SideFigures => [];

    /// <summary>What else is worth a line after the measurement, if anything.</summary>
    public virtual string? Remark => null;

    public virtual void Dispose()
    {
    }
}
