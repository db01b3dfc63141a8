namespace Bridge;

/// <summary>A mutex on its way from the thread that waits for it to the code that wants it.</summary>
internal sealed class MutexFuture : ForeignFuture<MutexHold>
{
    private readonly MutexThread _thread;

    private MutexFuture(EventLoop loop, Mutex mutex)
        : base(loop) => _thread = new MutexThread(loop, mutex, Acquired);

    internal static MutexFuture Start(EventLoop loop, Mutex mutex, CancellationToken token)
    {
        var future = new MutexFuture(loop, mutex);
        if (!future.IsCancelledBefore(token))
        {
            future.Hook(token);
            future._thread.Start();
        }

        return future;
    }

    internal override void Run()
    {
        if (IsDone)
        {
            // Acquired, and nobody wants it any more.
            _thread.Release();
        }
        else
        {
            base.Run();
        }
    }

    private protected override void LetGo()
    {
        if (PeekException is null or MutexAbandonedException)
        {
            _thread.AbandonOnClose();
        }
    }

    private protected override void GiveUp() => _thread.Release();

    /// <summary>On the mutex's thread.</summary>
    private void Acquired(Exception? failure)
    {
        if (!TryClaim())
        {
            return;
        }

        if (failure is null)
        {
            ComeBack(Outcome<MutexHold>.Of(NewHold()));
        }
        else
        {
            ComeBack(Outcome<MutexHold>.Failed(failure is AbandonedMutexException abandoned ? new MutexAbandonedException(NewHold(), abandoned) : failure));
        }
    }

    private MutexHold NewHold() => new(Loop, _thread);
}
