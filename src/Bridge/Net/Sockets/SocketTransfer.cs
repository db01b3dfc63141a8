using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Bridge.Net;

/// <summary>Something to do on a socket: to be awaited, and cold until then. Gives the number of bytes.</summary>
/// <remarks>
/// <para>
/// An await tries at once, and waits only if the socket is not ready; neither allocates. Each await is a new operation. Several that wait for
/// the same side of a socket are served in order. A cancelled receive has taken nothing from the socket.
/// </para>
/// <para>Threads: awaited on the loop thread. Source: asyncio's <c>sock_</c> coroutines.</para>
/// </remarks>
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "Awaited, never compared.")]
public struct SocketTransfer : ILoopAwaitable<int>
{
    private readonly EventLoop _loop;

    /// <summary>Set by <see cref="ILoopAwaitable.ToFuture"/>, in the box that a combinator holds and later asks for the result.</summary>
    private Coroutine<int>? _started;

    internal SocketTransfer(EventLoop loop, SocketFile file, TransferKind kind, Memory<byte> buffer = default)
    {
        _loop = loop;
        File = file;
        Kind = kind;
        Buffer = buffer;
    }

    internal readonly SocketFile File { get; }

    internal readonly Memory<byte> Buffer { get; }

    internal readonly TransferKind Kind { get; }

    /// <summary>The operation as a coroutine, so that it can be given to what takes one.</summary>
    /// <param name="transfer">The operation.</param>
    public static implicit operator Coroutine<int>(SocketTransfer transfer) => transfer.AsCoroutine();

    /// <summary>Makes it awaitable.</summary>
    /// <returns>The awaiter.</returns>
    /// <exception cref="InvalidOperationException">The awaiting code does not run on the operation's loop.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public readonly SocketTransferAwaiter GetAwaiter()
    {
        _loop.AssertCanSchedule();
        return new(_loop.SocketWaits.Rent(this));
    }

    /// <summary>The operation as a coroutine, for code that takes one.</summary>
    /// <returns>A new coroutine, not started.</returns>
    public readonly Coroutine<int> AsCoroutine()
    {
        return Wait(this);

        static async Coroutine<int> Wait(SocketTransfer transfer) => await transfer;
    }

    LoopFuture ILoopAwaitable.ToFuture(EventLoop loop)
    {
        _started = AsCoroutine();
        return _started.MakeTask(loop, null);
    }

    readonly int ILoopAwaitable<int>.TakeResult() => ((ILoopAwaitable<int>)_started!).TakeResult();

    /// <summary>Does what can be done now. True: it is over, as <paramref name="done"/> or <paramref name="failure"/> says.</summary>
    internal readonly bool TryStep(ref int done, ref Exception? failure)
    {
        SocketError error = SocketError.Success;
        switch (Kind)
        {
            case TransferKind.Receive:
                done = File.Receive(Buffer.Span, out error);
                break;
            case TransferKind.SendAll:
                done += File.Send(Buffer.Span[done..], out error);
                if (error == SocketError.Success && done < Buffer.Length)
                {
                    return false;
                }

                break;
        }

        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        if (error != SocketError.Success)
        {
            failure = new SocketException((int)error);
        }

        return true;
    }

    /// <summary>Whether others wait already, who come first; or nothing can be there yet; or it is all about waiting.</summary>
    internal readonly bool MustWait()
        => Kind >= TransferKind.WaitToRead
            || (_loop.FindWatch(File.Watched) is { } watch
                && (Kind == TransferKind.Receive ? watch.IsDrained || watch.Reader is not null : watch.Writer is not null));

    /// <summary>Whether a receive that gave this many bytes took all there was.</summary>
    internal readonly bool HasDrained(int count) => Kind == TransferKind.Receive && count > 0 && count < Buffer.Length;
}

/// <summary>What a <see cref="SocketTransfer"/> does.</summary>
internal enum TransferKind : byte
{
    /// <summary>Receives at least one byte, or the end of the stream.</summary>
    Receive,

    /// <summary>Sends all of the buffer.</summary>
    SendAll,

    /// <summary>Waits until the socket seems readable.</summary>
    WaitToRead,

    /// <summary>Waits until the socket seems writable.</summary>
    WaitToWrite,
}

/// <summary>Awaits a <see cref="SocketTransfer"/>. Used by the compiler.</summary>
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "Awaited, never compared.")]
public readonly struct SocketTransferAwaiter : ICriticalNotifyCompletion, IWorkAwaiter
{
    private readonly PendingTransfer _pending;

    internal SocketTransferAwaiter(PendingTransfer pending) => _pending = pending;

    /// <summary>Does it if that needs no waiting; true if it is over.</summary>
    public bool IsCompleted => _pending.TryNow();

    /// <summary>How many bytes.</summary>
    /// <returns>The count: received, 0 at the end of the stream; or sent, which is all.</returns>
    /// <exception cref="SocketException">The operation failed.</exception>
    public int GetResult() => _pending.TakeResult();

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => _pending.Add(continuation, AmbientContext.Capture());

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _pending.Add(continuation, null);
}
