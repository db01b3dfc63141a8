using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Bridge.Net;

/// <summary>Writes a stream of bytes on a loop, asyncio's way, or as a <see cref="System.IO.Pipelines.PipeWriter"/>.</summary>
/// <remarks>
/// <para>
/// Writing never waits. Who writes much awaits <see cref="DrainAsync"/> now and then, else the bytes pile up in memory. Close the writer when
/// done: one that is collected without is reported and closed.
/// </para>
/// <para>
/// The first write of a callback or task step goes out at once. Further ones in the same step are gathered until the next drain or flush, at
/// the latest until the next turn.
/// </para>
/// <para>Threads: the loop's, except <see cref="CancelPendingFlush"/>. Source: asyncio's <c>StreamWriter</c>.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class LoopStreamWriter : IOperation, IAsyncDisposable
{
    private readonly StreamOutput _output;

    /// <summary>The connection's receiving side, whose failure a drain throws; null if there is none.</summary>
    private readonly StreamInput? _input;

    internal LoopStreamWriter(StreamOutput output, StreamInput? input)
    {
        _output = output;
        _input = input;
    }

    /// <summary>Reports a writer that was never closed, and closes it.</summary>
    ~LoopStreamWriter()
    {
        if (_output.IsOpen)
        {
            CloseForgotten(_output, ToString());
        }
    }

    /// <summary>The connection goes on over another transport, as when TLS begins; the reader, if there is one, too. Its protocol must be this stream's.</summary>
    internal void ReplaceTransport(Transport transport)
    {
        _output.Transport = transport;
        _input?.Transport = transport;
    }

    /// <summary>The loop it belongs to. Any thread.</summary>
    public EventLoop Loop => _output.Loop;

    /// <summary>The transport underneath. What was gathered goes out first, so that what is written there comes after it.</summary>
    /// <remarks>Source: <c>transport</c>.</remarks>
    public BaseTransport Transport
    {
        get
        {
            if (_output.Unsent > 0)
            {
                _output.Send();
            }

            return _output.Transport;
        }
    }

    /// <summary>Whether it is closed or about to be.</summary>
    /// <remarks>Source: <c>is_closing</c>.</remarks>
    public bool IsClosing => _output.Transport.IsClosing;

    /// <summary>Whether <see cref="WriteEof"/> can end the sending half alone.</summary>
    /// <remarks>Source: <c>can_write_eof</c>.</remarks>
    public bool CanWriteEof => _output.Sink.CanWriteEof;

    internal StreamOutput Output => _output;

    /// <summary>Sends bytes; never waits.</summary>
    /// <param name="data">The bytes; free to change after the call. Empty: nothing happens.</param>
    /// <exception cref="InvalidOperationException">After <see cref="WriteEof"/> or Complete, or the loop runs on another thread.</exception>
    /// <remarks>After Close or a loss the bytes are dropped; <see cref="DrainAsync"/> tells. Source: <c>write</c>.</remarks>
    public void Write(ReadOnlySpan<byte> data)
    {
        ThrowIfCompleted();
        _output.Write(data);
    }

    /// <summary>Sends several buffers in order, with as few system calls as can be.</summary>
    /// <param name="buffers">The buffers; free to change after the call.</param>
    /// <exception cref="ArgumentNullException"><paramref name="buffers"/> is null.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="Write"/>.</exception>
    /// <remarks>Source: <c>writelines</c>.</remarks>
    public void WriteLines(IEnumerable<ReadOnlyMemory<byte>> buffers)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        ThrowIfCompleted();
        _output.WriteLines(buffers);
    }

    /// <summary>Ends the sending half once everything is sent; reading goes on.</summary>
    /// <exception cref="NotSupportedException">The transport cannot (<see cref="CanWriteEof"/>).</exception>
    /// <remarks>Source: <c>write_eof</c>.</remarks>
    public void WriteEof() => _output.WriteEof();

    /// <summary>Closes the connection once everything is sent. A second call does nothing.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>Nothing is read any more. Source: <c>close</c>.</remarks>
    public void Close()
    {
        if (!_output.Transport.IsClosing)
        {
            _output.Send();
        }

        _output.Transport.Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Waits until there is room for more.</summary>
    /// <returns>
    /// To be awaited; goes on at once, and allocates nothing, if there is room. It throws what the reading side has failed with, and
    /// <see cref="System.Net.Sockets.SocketException"/> (ConnectionReset) if the connection is lost. Any number of tasks may wait.
    /// </returns>
    /// <remarks>Source: <c>drain</c>.</remarks>
    public LoopOperation DrainAsync() => new(this);

    /// <summary>Waits until the connection is over.</summary>
    /// <returns>A coroutine; it throws what the connection was lost by, if that is a failure.</returns>
    /// <remarks>Does not close. Source: <c>wait_closed</c>.</remarks>
    public async Coroutine WaitClosedAsync()
    {
        if (!_output.IsLost)
        {
            LoopFuture<NoResult> closed = _output.JoinCloseWaiters();
            try
            {
                await closed;
            }
            finally
            {
                _output.Leave(closed);
                _output.IsLossTold |= closed.PeekException is not null;
            }
        }

        _output.ThrowLoss();
    }

    /// <summary>Closes, and waits until the connection is over.</summary>
    /// <returns>Await it on the loop thread. It throws what the connection was lost by, unless a read, a drain or a wait has thrown already.</returns>
    public ValueTask DisposeAsync()
    {
        Close();
        if (!_output.IsLost)
        {
            return new CloseSource(_output).UntilClosed();
        }

        bool isTold = _output.IsLossTold || _input is { IsFailureTold: true };
        return _output.LostBy is { } loss && !isTold ? ValueTask.FromException(loss) : ValueTask.CompletedTask;
    }

    /// <summary>Facts about the transport by name; see <see cref="ExtraInfo"/>.</summary>
    /// <param name="name">Which fact.</param>
    /// <returns>The fact, or null if the transport has none of that name.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <remarks>Source: <c>get_extra_info</c>.</remarks>
    public object? GetExtraInfo(string name) => _output.Transport.GetExtraInfo(name);

    /// <summary>A fact about the transport, if it is there and of this type.</summary>
    /// <typeparam name="T">Type of the fact.</typeparam>
    /// <param name="name">Which fact.</param>
    /// <returns>The fact, else null (or the default value).</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public T? GetExtraInfo<T>(string name) => _output.Transport.GetExtraInfo<T>(name);

    /// <summary>The transport and the reader, for people.</summary>
    public override string ToString()
        => $"<LoopStreamWriter transport={_output.Transport}{(_input is null ? "" : $" reader={_input}")}>";

    bool IOperation.TryComplete()
    {
        _output.Send();
        ThrowIfReaderFailed();
        return !_output.Transport.IsClosing && _output.CanWrite();
    }

    Coroutine IOperation.Start() => Drain();

    private async Coroutine Drain()
    {
        ThrowIfReaderFailed();
        if (_output.Transport.IsClosing)
        {
            // Lets the loss become known; else code that writes and drains in a loop would never hear of it.
            await LoopTask.Yield();
        }

        if (_output.CanWrite())
        {
            return;
        }

        LoopFuture<NoResult> drained = _output.JoinDrainers();
        try
        {
            await drained;
        }
        finally
        {
            _output.Leave(drained);
            _output.IsLossTold |= drained.PeekException is not null;
        }
    }

    private void ThrowIfReaderFailed()
    {
        if (_input?.Failure is { } failure)
        {
            _output.IsLossTold = true;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>On the finalizer thread: the loop's own closes the transport and hears the report.</summary>
    private static void CloseForgotten(StreamOutput output, string text)
    {
        EventLoop loop = output.Loop;
        var report = new LoopErrorContext(loop.IsClosed ? Messages.UnclosedOnClosedLoop(text) : Messages.Unclosed(text)) { Transport = output.Transport };
        bool isPosted = loop.TryPost(
            new Action(() =>
            {
                if (!output.Transport.IsClosing)
                {
                    output.Transport.Close();
                    loop.CallExceptionHandler(report);
                }
            }),
            null,
            null);
        if (!isPosted)
        {
            loop.ReportFromFinalizer(report);
        }
    }
}
