using Bridge.Executors;

namespace Bridge;

/// <summary>One call from native code that waits for its answer from the loop, for a limited time.</summary>
#pragma warning disable CA1001 // Without its wait handle, which nobody asks for, the event holds nothing but memory; and it may be set after the caller has gone.
internal sealed class NativeReplyCall<TResult>(EventLoop loop, Func<TResult> work) : LoopWork
#pragma warning restore CA1001
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int GivenUp = 2;

    private readonly ManualResetEventSlim _isOver = new();

    /// <summary>Moved by compare-exchange from Waiting: by the loop, which begins, or by the caller, whose time is over.</summary>
    private int _state;

    /// <summary>Written by the loop thread before <see cref="_isOver"/> is set, read by the caller after.</summary>
    private TResult _result = default!;
    private bool _hasResult;

    /// <summary>Any thread but the loop's. False: there is no answer in time.</summary>
    internal bool TryRun(TimeSpan limit, out TResult result)
    {
        using CloseRegistration registration = loop.OnClose(() => Interrupts.Set(_isOver));
        bool isOver = false;
        try
        {
            isOver = loop.TryPost(this, null, null) && _isOver.Wait(limit);
        }
        finally
        {
            // Also if the thread is interrupted: what the arguments lead to may be gone once the native call has returned.
            Interlocked.CompareExchange(ref _state, GivenUp, Waiting);
        }

        result = isOver ? _result : default!;
        return isOver && _hasResult;
    }

    internal override void Run()
    {
        if (Interlocked.CompareExchange(ref _state, Begun, Waiting) != Waiting)
        {
            return;
        }

        try
        {
            _result = work();
            _hasResult = true;
        }
        finally
        {
            // What it throws goes on to the exception handler, as of every callback.
            Interrupts.Set(_isOver);
        }
    }

    internal override string Describe() => CallbackText.Of(work);
}
