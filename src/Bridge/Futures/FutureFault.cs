using System.Runtime.ExceptionServices;

namespace Bridge;

/// <summary>A future's exception, and the memory of whether anybody has seen it. Its finalizer tells the loop if nobody did.</summary>
/// <remarks>Only faulted futures have one, so only they pay for a finalizer. Loop thread; the finalizer thread once nobody else can reach it.</remarks>
internal sealed class FutureFault
{
    private readonly ExceptionDispatchInfo _exception;
    private readonly LoopFuture _future;
    private bool _seen;

    internal FutureFault(LoopFuture future, ExceptionDispatchInfo exception)
    {
        _future = future;
        _exception = exception;
    }

    ~FutureFault()
    {
        if (!_seen)
        {
            Report();
        }
    }

    internal Exception Exception => _exception.SourceException;

    internal void MarkSeen()
    {
        if (!_seen)
        {
            _seen = true;
            GC.SuppressFinalize(this);
        }
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    internal void Throw()
    {
        MarkSeen();
        _exception.Throw();
    }

    private void Report()
    {
        EventLoop loop = _future.Loop;
        var context = new LoopErrorContext($"{_future.KindName} exception was never retrieved", _exception.SourceException)
        {
            Future = _future,
            SourceStack = _future.CreationStack,
        };

        loop.ReportFromFinalizer(context);
    }
}
