using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Bridge;

/// <content>Reports of failures that nobody else can be told, and debug mode.</content>
public abstract partial class EventLoop
{
    private readonly ILogger? _logger;

    /// <summary>Read on every scheduling call. Any thread may switch it; a late sight of the switch only traces one callback more or less.</summary>
    private bool _debug;

    /// <summary>Never turns back. Any thread sets it; a late sight only leaves one coroutine more unguarded.</summary>
    private static bool s_anyDebug;

    private Action<EventLoop, LoopErrorContext>? _exceptionHandler;
    private TimeSpan _slowCallbackDuration = TimeSpan.FromSeconds(0.1);

    /// <summary>The callback whose exception is being reported, as text; set by the exception filter, before anything unwinds.</summary>
    private string? _faultyCallback;
    private string? _faultyCallbackStack;

    /// <summary>Whether any loop was ever in debug mode. Spares everybody else the question which loop runs here.</summary>
    internal static bool AnyDebug => s_anyDebug;

    /// <summary>Debug mode: creation stacks on callbacks, futures, tasks and coroutines, and reports of slow callbacks. Any thread.</summary>
    /// <remarks>It slows every call down; the checks that keep programs right are always on. Source: <c>loop.set_debug</c>.</remarks>
    public bool Debug
    {
        get => _debug;
        set
        {
            _debug = value;
            s_anyDebug |= value;
        }
    }

    /// <summary>In debug mode, a callback or task step that takes at least this long is reported. Default 0.1 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan SlowCallbackDuration
    {
        get => _slowCallbackDuration;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            _slowCallbackDuration = value;
        }
    }

    /// <summary>Takes the loop's reports; null (default): <see cref="DefaultExceptionHandler"/>.</summary>
    /// <remarks>Called on the loop thread, in the ambient context of what failed; on the closing thread for reports made by <see cref="Close"/>, and on the finalizer thread for what the garbage collector finds while the loop does not run. Source: <c>loop.set_exception_handler</c>.</remarks>
    public Action<EventLoop, LoopErrorContext>? ExceptionHandler
    {
        get => _exceptionHandler;
        set
        {
            AssertLoopThread();
            _exceptionHandler = value;
        }
    }

    /// <summary>Reports a failure: to <see cref="ExceptionHandler"/> if there is one, else to <see cref="DefaultExceptionHandler"/>.</summary>
    /// <param name="context">The report.</param>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    /// <remarks>A handler that throws is itself reported; only an <see cref="IFatalLoopException"/> gets out. Source: <c>loop.call_exception_handler</c>.</remarks>
    public void CallExceptionHandler(LoopErrorContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Action<EventLoop, LoopErrorContext>? handler = _exceptionHandler;
        if (handler is null)
        {
            DefaultExceptionHandler(context);
            return;
        }

        try
        {
            handler(this, context);
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            // The last resort must not lose either failure.
            var report = new LoopErrorContext("Unhandled error in exception handler", exception);
            report.Extra["context"] = context;
            DefaultExceptionHandler(report);
        }
    }

    /// <summary>Writes the report to the loop's logger, or to the standard error stream if it has none.</summary>
    /// <param name="context">The report.</param>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    /// <remarks>For handlers that want to add to the default. Never throws for what the logger throws. Source: <c>loop.default_exception_handler</c>.</remarks>
    public void DefaultExceptionHandler(LoopErrorContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        WriteReport(context);
    }

    /// <summary>Reports from any thread, on the loop thread unless there is no turn left for that.</summary>
    internal void ReportElsewhere(LoopErrorContext context)
    {
        if (!TryPost(new Action(() => CallExceptionHandler(context)), null, null))
        {
            DefaultExceptionHandler(context);
        }
    }

    /// <summary>Reports from the finalizer thread: a running loop hears it on its own thread; otherwise nobody would ever take the post.</summary>
    internal void ReportFromFinalizer(LoopErrorContext context)
    {
        if (IsRunning && TryPost(new Action(() => CallExceptionHandler(context)), null, null))
        {
            return;
        }

        try
        {
            CallExceptionHandler(context);
        }
        catch (Exception exception) when (exception is IFatalLoopException)
        {
            // There is no run to end here, and an exception on the finalizer thread would end the process.
            WriteWarning($"The exception handler threw a fatal exception on the finalizer thread: {exception}");
        }
    }

    private bool IsReported(Exception exception, object? callback)
    {
        if (exception is IFatalLoopException)
        {
            return false;
        }

        _faultyCallback = callback is null ? null : CallbackText.Of(callback);
        _faultyCallbackStack = (callback as TracedCallback)?.Stack;
        return true;
    }

    private void ReportCallbackError(Exception exception)
        => CallExceptionHandler(new LoopErrorContext($"Exception in callback {_faultyCallback}", exception)
        {
            Handle = _faultyCallback,
            SourceStack = _faultyCallbackStack,
        });

    /// <summary>The debug form of running a turn's callbacks: one by one, with the time of each.</summary>
    private void RunCallbacksWatched(long queuedBefore, long queuedNow)
    {
        while (_ready.Head < queuedBefore)
        {
            RunWatched(_ready.Peek());
        }

        while (_inbox.HasBatch)
        {
            RunWatchedPost();
        }

        _inbox.EndOfBatch();

        while (_ready.Head < queuedNow)
        {
            RunWatched(_ready.Peek());
        }
    }

    private void RunWatched(object? callback)
    {
        long started = Stopwatch.GetTimestamp();
        RunQueued(_ready.Head + 1);
        ReportIfSlow(callback, started);
    }

    private void RunWatchedPost()
    {
        ReadySlot slot = _inbox.NextOfBatch();
        long started = Stopwatch.GetTimestamp();
        _callbacksSincePoll++;
        try
        {
            if (slot.Callback is not null)
            {
                SwitchContext(slot.Context);
                Invoke(slot.Callback, slot.State);
            }
        }
        catch (Exception exception) when (IsReported(exception, slot.Callback))
        {
            ReportCallbackError(exception);
        }

        ReportIfSlow(slot.Callback, started);
    }

    private void ReportIfSlow(object? callback, long started)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        if (elapsed >= _slowCallbackDuration && callback is not null)
        {
            WriteWarning(string.Create(CultureInfo.InvariantCulture, $"Executing {CallbackText.Of(callback)} took {elapsed.TotalSeconds:F3} seconds"));
        }
    }

    private void WriteReport(LoopErrorContext context)
    {
        try
        {
            if (_logger is not null)
            {
                LoopLog.Report(_logger, context, context.Exception);
                return;
            }

            Console.Error.WriteLine(context);
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            WriteLastResort(context.Message, context.Exception, exception);
        }
    }

    internal void WriteWarning(string text) => Write(text, LoopLog.Warning, orToStandardError: true);

    /// <summary>Worth knowing for who looks for something slow; debug mode only.</summary>
    internal void WriteInformation(string text) => Write(text, LoopLog.Information, orToStandardError: true);

    /// <summary>For the logger, if there is one; debug mode only.</summary>
    internal void WriteDetail(string text) => Write(text, LoopLog.Detail, orToStandardError: false);

    private void Write(string text, Action<ILogger, string> log, bool orToStandardError)
    {
        try
        {
            if (_logger is not null)
            {
                log(_logger, text);
            }
            else if (orToStandardError)
            {
                Console.Error.WriteLine(text);
            }
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            WriteLastResort(text, null, exception);
        }
    }

    /// <summary>The logger failed, or an object's text did: only what cannot fail is written.</summary>
    private static void WriteLastResort(string text, Exception? reported, Exception failure)
    {
        try
        {
            Console.Error.WriteLine($"{text} ({reported?.GetType().FullName ?? "no exception"}); writing the report failed: {failure.GetType().FullName}");
        }
        catch (IOException)
        {
            // The standard error stream is gone as well. A loop must outlive that.
        }
    }
}
