using System.Buffers;
using System.IO.Pipelines;
using Bridge.Net;
using Microsoft.AspNetCore.Connections;

namespace Bridge.AspNetCore;

/// <content>From the output pipe into the transport. Loop thread.</content>
internal sealed partial class LoopConnection
{
    /// <summary>The most that is handed to the transport in one go, so that what the system does not take, and the transport copies, is bounded.</summary>
    private const int LargestWrite = 256 * 1024;

    private bool _isSendingPaused;

    /// <summary>What the sender waits for while the transport has not sent everything.</summary>
    private LoopFuture<bool>? _canSend;

    internal void PauseSending() => _isSendingPaused = true;

    internal void ResumeSending()
    {
        _isSendingPaused = false;
        _canSend?.TrySetResult(true);
    }

    /// <summary>Sends what the application writes, until it completes its output or the connection is lost; then closes the transport.</summary>
    private async Task SendOutput(Transport transport)
    {
        PipeReader output = _output.Reader;
        try
        {
            while (true)
            {
                // The pipe's scheduler brings this back to the loop thread, after everything that a receive has caused to be written.
                ReadResult result = await output.ReadAsync().ConfigureAwait(false);
                if (result.IsCanceled || transport.IsClosing)
                {
                    break;
                }

                ReadOnlySequence<byte> rest = result.Buffer;
                while (!rest.IsEmpty && !transport.IsClosing)
                {
                    ReadOnlySequence<byte> part = rest.Slice(0, Math.Min(rest.Length, LargestWrite));
                    transport.Write(in part);
                    rest = rest.Slice(part.End);
                    if (_isSendingPaused)
                    {
                        _canSend = Loop.CreateFuture<bool>();
                        await _canSend;
                    }
                }

                output.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }

            output.Complete();
        }
        catch (Exception exception)
        {
            // The application completed its output with a failure, or the transport refused. The peer must not take what it got for the whole.
            TransportLog.ConnectionError(_logger, ConnectionId, exception);
            output.Complete(exception);
            Interlocked.CompareExchange(ref _abortReason, new ConnectionAbortedException(Messages.TransportFaulted, exception), null);
            AbortHere(resets: true);
        }

        if (!Loop.IsClosed)
        {
            transport.Close();
        }
    }
}
