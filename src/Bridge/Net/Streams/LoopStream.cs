using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;

namespace Bridge.Net;

/// <summary>A connection as a reader and a writer; also a pair of pipes for code that takes an <see cref="IDuplexPipe"/>.</summary>
/// <remarks>
/// <para>
/// Made by <c>loop.OpenConnection</c>, or given to the handler of <c>loop.StartServer</c>. Dispose it, or close its writer, when done: a stream
/// that is collected without is reported and closed.
/// </para>
/// <para>Threads: the loop's. Source: the pair that asyncio's <c>open_connection</c> gives.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class LoopStream : IDuplexPipe, IAsyncDisposable
{
    internal LoopStream(StreamProtocol protocol)
        => Reader = new LoopStreamReader(protocol.Input) { Companion = new LoopStreamWriter(protocol.Output, protocol.Input) };

    /// <summary>Reads from the connection.</summary>
    public LoopStreamReader Reader { get; }

    /// <summary>Writes to the connection, and closes it.</summary>
    public LoopStreamWriter Writer => Reader.Companion!;

    /// <summary>The loop it belongs to. Any thread.</summary>
    public EventLoop Loop => Reader.Loop;

    /// <summary>Our own address, or null if there is none.</summary>
    public EndPoint? LocalEndPoint => Writer.GetExtraInfo<EndPoint>(ExtraInfo.SocketName);

    /// <summary>The peer's address, or null if there is none.</summary>
    public EndPoint? RemoteEndPoint => Writer.GetExtraInfo<EndPoint>(ExtraInfo.PeerName);

    PipeReader IDuplexPipe.Input => Reader;

    PipeWriter IDuplexPipe.Output => Writer;

    /// <summary>Whether it came to a server.</summary>
    internal bool IsServerSide => Writer.Output.IsServerSide;

    /// <summary>The connection as a <see cref="Stream"/>, for code that takes one: StreamReader, SslStream, BinaryReader, ...</summary>
    /// <param name="leaveOpen">Whether disposing of the stream leaves the connection open.</param>
    /// <returns>A stream that any thread may use; one read and one write at a time.</returns>
    /// <remarks>
    /// On the loop thread use its asynchronous members: a synchronous one that would have to wait throws <see cref="InvalidOperationException"/>.
    /// Failures of the network come as <see cref="IOException"/>.
    /// </remarks>
    public Stream AsStream(bool leaveOpen = false) => new StreamView(Reader, Writer, leaveOpen);

    /// <summary>Closes the connection once everything is sent, and waits until it is over.</summary>
    /// <returns>As <see cref="LoopStreamWriter.DisposeAsync"/>.</returns>
    public ValueTask DisposeAsync() => Writer.DisposeAsync();

    /// <summary>The writer's text, for people.</summary>
    public override string ToString() => Writer.ToString();
}
