using System.Buffers;
using System.IO.Pipelines;
using Bridge.Executors;
using Microsoft.AspNetCore.Connections;

namespace Bridge.AspNetCore;

/// <summary>One loop that serves connections, and what they share there: the scheduler of their pipes, the pool of their buffers.</summary>
internal sealed class ConnectionLoop : IDisposable
{
    private readonly MemoryPool<byte>? _ownPool;

    /// <summary>The connections that are not lost yet. Loop thread.</summary>
    private readonly HashSet<LoopConnection> _connections = [];

    /// <summary>Completed when the last connection is lost; null unless somebody waits for that. Loop thread.</summary>
    private LoopFuture<bool>? _empty;
    private ConcurrentFuture? _keeper;
    private int _open;

    /// <param name="loop">The loop.</param>
    /// <param name="options">The options, checked.</param>
    /// <param name="pool">The loop's own pool of buffers; null: the process's shared one.</param>
    internal ConnectionLoop(EventLoop loop, BridgeTransportOptions options, MemoryPool<byte>? pool)
    {
        Loop = loop;
        Options = options;
        _ownPool = pool;
        var onLoop = new LoopPipeScheduler(loop);
        PipeScheduler application = options.RunHandlersOnLoop ? onLoop : PipeScheduler.ThreadPool;
        Scheduler = onLoop;
        Input = PipeOf(options.MaxReadBufferSize, reader: application, writer: onLoop);
        Output = PipeOf(options.MaxWriteBufferSize, reader: onLoop, writer: application);
    }

    internal EventLoop Loop { get; }

    internal BridgeTransportOptions Options { get; }

    internal LoopPipeScheduler Scheduler { get; }

    internal MemoryPool<byte> Pool => _ownPool ?? MemoryPool<byte>.Shared;

    /// <summary>How the pipe of received bytes is made.</summary>
    internal PipeOptions Input { get; }

    /// <summary>How the pipe of bytes to be sent is made.</summary>
    internal PipeOptions Output { get; }

    /// <summary>How many connections are open. Any thread; a snapshot.</summary>
    internal int OpenConnections => Volatile.Read(ref _open);

    /// <summary>From now on the end of the loop ends its connections.</summary>
    internal void Start()
    {
        using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
        _keeper = Loop.RunCoroutineThreadSafe(Keep);
    }

    /// <summary>Aborts the connections that are left, and waits for their end, but not longer than the limit. Not on the loop thread.</summary>
    internal async Task EndConnectionsAsync(TimeSpan limit)
    {
        if (_keeper is { } keeper)
        {
            keeper.Cancel();
            try
            {
                await keeper.Stopped.WaitAsync(limit).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // The loop is stuck, which whoever stops it reports.
            }
        }
    }

    internal void Add(LoopConnection connection)
    {
        _connections.Add(connection);
        Volatile.Write(ref _open, _connections.Count);
    }

    internal void Remove(LoopConnection connection)
    {
        _connections.Remove(connection);
        Volatile.Write(ref _open, _connections.Count);
        if (_connections.Count == 0)
        {
            _empty?.TrySetResult(true);
        }
    }

    public void Dispose() => _ownPool?.Dispose();

    /// <summary>Does nothing until it is cancelled, as every task is before its loop closes.</summary>
    private async Coroutine Keep()
    {
        try
        {
            await Loop.CreateFuture<bool>();
        }
        finally
        {
            while (_connections.Count > 0)
            {
                foreach (LoopConnection connection in _connections)
                {
                    connection.Abort(new ConnectionAbortedException(Messages.ServerStopped));
                }

                _empty = Loop.CreateFuture<bool>();
                await _empty;
            }
        }
    }

    private PipeOptions PipeOf(long? limit, PipeScheduler reader, PipeScheduler writer)
        => new(Pool, reader, writer, pauseWriterThreshold: limit ?? 0, resumeWriterThreshold: Math.Max(1, (limit ?? 0) / 2), useSynchronizationContext: false);
}
