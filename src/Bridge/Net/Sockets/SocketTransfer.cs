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
    public readonly SocketTransferAwaiter GetAwaiter() => new(_loop, this);

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

    /// <summary>Whether others wait already, who come first.</summary>
    internal readonly bool MustQueue()
    {
        bool isRead = Kind is TransferKind.Receive or TransferKind.WaitToRead;
        return _loop.FindWatch(File.Watched) is { } watch && (isRead ? watch.Reader : watch.Writer) is not null;
    }
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
public struct SocketTransferAwaiter : ICriticalNotifyCompletion, IWorkAwaiter
{
    private readonly EventLoop _loop;
    private readonly SocketTransfer _transfer;

    /// <summary>Null as long as the transfer need not wait.</summary>
    private PendingTransfer? _pending;
    private int _done;

    internal SocketTransferAwaiter(EventLoop loop, SocketTransfer transfer)
    {
        _loop = loop;
        _transfer = transfer;
    }

    /// <summary>Does it if that needs no waiting; true if it is done.</summary>
    /// <exception cref="InvalidOperationException">The awaiting code does not run on the operation's loop.</exception>
    /// <exception cref="SocketException">The operation failed.</exception>
    public bool IsCompleted
    {
        get
        {
            _loop.AssertCanSchedule();
            Exception? failure = null;
            bool waits = _transfer.Kind >= TransferKind.WaitToRead || _transfer.MustQueue();
            if (!waits && _transfer.TryStep(ref _done, ref failure))
            {
                return failure is null ? true : throw failure;
            }

            _pending = _loop.SocketWaits.Rent(_transfer, _done);
            return false;
        }
    }

    readonly LoopWork IWorkAwaiter.Awaited => _pending!;

    /// <summary>How many bytes.</summary>
    /// <returns>The count: received, 0 at the end of the stream; or sent, which is all.</returns>
    /// <exception cref="SocketException">The operation failed.</exception>
    public readonly int GetResult()
    {
        if (_pending is null)
        {
            return _done;
        }

        if (_loop.ThrowIntoStep is not null)
        {
            _pending.Recycle();
            _loop.ThrowIntoStepIfAsked(null);
        }

        return _pending.TakeResult();
    }

    /// <inheritdoc/>
    public readonly void OnCompleted(Action continuation) => Add(continuation, AmbientContext.Capture());

    /// <inheritdoc/>
    public readonly void UnsafeOnCompleted(Action continuation) => Add(continuation, null);

    /// <summary>An <c>async Task</c> method awaits it: the wait is no task's, so it wakes the continuation itself.</summary>
    private readonly void Add(Action continuation, ExecutionContext? context)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        _pending!.WakeWhenDone(new Continuation(continuation, context), _loop);
    }
}
