using System.Runtime.InteropServices;
using Bridge.Net;

namespace Bridge;

/// <content>Pipes.</content>
public abstract partial class EventLoop
{
    private Dictionary<SafeHandle, PipeFile>? _pipeFiles;

    /// <summary>The handles that open pipe transports have. Loop thread.</summary>
    internal Dictionary<SafeHandle, PipeFile> PipeFiles => _pipeFiles ??= [];

    /// <summary>Reads a pipe, FIFO, terminal, socket or other character device through a protocol.</summary>
    /// <typeparam name="TProtocol">A <see cref="Protocol"/> or a <see cref="BufferedProtocol"/>.</typeparam>
    /// <param name="protocolFactory">Makes the protocol, when the coroutine is awaited.</param>
    /// <param name="pipe">An open handle. It is made non-blocking and belongs to the transport from the moment the coroutine is awaited.</param>
    /// <returns>A coroutine: transport and protocol, once the protocol's ConnectionMade has run and reading has begun.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The handle is closed, or is neither pipe nor socket nor character device.</exception>
    /// <exception cref="PlatformNotSupportedException">On Windows, where no selector can watch pipes.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>
    /// Awaiting throws <see cref="IOException"/> if the system refuses to watch the file, <see cref="InvalidOperationException"/> if something
    /// else on this loop reads it; the transport is closed then. A terminal may have a read and a write transport over one handle.
    /// </para>
    /// <para>Source: <c>loop.connect_read_pipe</c>.</para>
    /// </remarks>
    public Coroutine<(ReadPipeTransport Transport, TProtocol Protocol)> ConnectReadPipe<TProtocol>(Func<TProtocol> protocolFactory, SafeHandle pipe)
        where TProtocol : BaseProtocol
    {
        CheckPipe(protocolFactory, pipe);
        return Connect(this, protocolFactory, pipe);

        static async Coroutine<(ReadPipeTransport Transport, TProtocol Protocol)> Connect(EventLoop loop, Func<TProtocol> factory, SafeHandle pipe)
        {
            TProtocol protocol = factory() ?? throw new InvalidOperationException(Messages.FactoryReturnedNull(nameof(ConnectReadPipe)));
            var transport = new ReadPipeTransport(loop, protocol, pipe);
            loop.Transports.Add(transport);
            await PipeStart.Run(transport, transport.StartReading);
            return (transport, protocol);
        }
    }

    /// <summary>Writes to a pipe, FIFO, terminal, socket or other character device.</summary>
    /// <typeparam name="TProtocol">Any protocol; it hears of flow control and of the end.</typeparam>
    /// <param name="protocolFactory">Makes the protocol, when the coroutine is awaited.</param>
    /// <param name="pipe">An open handle. It is made non-blocking and belongs to the transport from the moment the coroutine is awaited.</param>
    /// <returns>A coroutine: transport and protocol, once the protocol's ConnectionMade has run.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The handle is closed, or is neither pipe nor socket nor character device.</exception>
    /// <exception cref="PlatformNotSupportedException">On Windows, where no selector can watch pipes.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// When the other end goes away the protocol is told at once, by ConnectionLost: null, or an <see cref="IOException"/> if data waited.
    /// Otherwise as <see cref="ConnectReadPipe{TProtocol}"/>. Source: <c>loop.connect_write_pipe</c>.
    /// </remarks>
    public Coroutine<(WritePipeTransport Transport, TProtocol Protocol)> ConnectWritePipe<TProtocol>(Func<TProtocol> protocolFactory, SafeHandle pipe)
        where TProtocol : BaseProtocol
    {
        CheckPipe(protocolFactory, pipe);
        return Connect(this, protocolFactory, pipe);

        static async Coroutine<(WritePipeTransport Transport, TProtocol Protocol)> Connect(EventLoop loop, Func<TProtocol> factory, SafeHandle pipe)
        {
            TProtocol protocol = factory() ?? throw new InvalidOperationException(Messages.FactoryReturnedNull(nameof(ConnectWritePipe)));
            var transport = new WritePipeTransport(loop, protocol, pipe);
            loop.Transports.Add(transport);
            await PipeStart.Run(transport, transport.StartWatching);
            return (transport, protocol);
        }
    }

    private void CheckPipe(object protocolFactory, SafeHandle pipe)
    {
        ArgumentNullException.ThrowIfNull(protocolFactory);
        PipeFile.Check(pipe);
        AssertLoopThread();
        ThrowIfClosed();
    }
}
