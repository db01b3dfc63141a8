namespace Bridge.Net;

/// <content>Closing in good order: what was written goes out, we say close_notify, and wait for the peer's.</content>
internal sealed partial class TlsTransport
{
    private void BeginFlush()
    {
        _isClosing = true;
        GoTo(TlsState.Flushing);

        // Runs until the lower transport is closed, so a peer that reads nothing cannot hold it open either.
        _timeLimit = Loop.CallLater(_settings.ShutdownTimeout, static transport => ((TlsTransport)transport!).ShutdownTimedOut(), this);
        if (_isPaused)
        {
            // For the peer's close_notify, which may stand behind data that nobody wants any more.
            _lower!.ResumeReading();
        }

        PumpWrites();
        PumpReads();
    }

    private void SayCloseNotify()
    {
        GoTo(TlsState.Shutdown);
        Task shutdown;
        using (_wire.Enter())
        {
            try
            {
                shutdown = _stream!.ShutdownAsync();
            }
            catch (Exception exception) when (exception is not IFatalLoopException)
            {
                shutdown = Task.FromException(exception);
            }
        }

        Follow(shutdown, static (transport, shutdown) => transport.EndSaying(shutdown));
    }

    private void EndSaying(Task shutdown)
    {
        if (_state != TlsState.Shutdown)
        {
            return;
        }

        if (shutdown.Exception is { } failure)
        {
            Fail(failure.InnerExceptions[0], "Fatal error on SSL protocol");
        }
        else if (_peerIsDone)
        {
            _lower!.Close();
        }
    }

    private void ShutdownTimedOut()
    {
        if (_state is TlsState.Flushing or TlsState.Shutdown)
        {
            Drop(new TimeoutException(Messages.ShutdownTimedOut(_settings.ShutdownTimeout)));
        }
    }
}
