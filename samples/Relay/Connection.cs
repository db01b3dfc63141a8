using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace RelaySample;

/// <summary>One client, and its connection to the other server.</summary>
internal sealed class Connection
{
    private const int BufferSize = 64 * 1024;

    private readonly Statistics _statistics;
    private readonly Options _options;
    private readonly LoopStream _client;
    private readonly EventLoop _loop = EventLoop.Running;
    private readonly TimeSpan _began;

    internal Connection(Statistics statistics, Options options, LoopStream client)
    {
        (_statistics, _options, _client) = (statistics, options, client);
        _began = _loop.Now;
        Id = ++statistics.Accepted;
        Peer = client.RemoteEndPoint;
        Task = LoopTask.Current!;
    }

    internal int Id { get; }

    internal EndPoint? Peer { get; }

    /// <summary>What runs this connection: cancelling it ends the connection.</summary>
    internal LoopTask Task { get; }

    internal long BytesUp { get; private set; }

    internal long BytesDown { get; private set; }

    internal TimeSpan Age => _loop.Now - _began;

    internal async Coroutine Run()
    {
        LoopStream? server = null;
        _statistics.Open.Add(Id, this);
        try
        {
            // The limit moves on with every piece that is relayed.
            await LoopTask.Timeout(_options.Idle, async Coroutine (idle) =>
            {
                server = await _loop.OpenConnection(_options.To.Host, _options.To.Port, new ConnectOptions { Ssl = _options.TlsTo });

                // Two children, one for each direction. If one fails, the group cancels the other.
                await LoopTaskGroup.Run(async Coroutine (directions) =>
                {
                    _ = directions.CreateTask(Pump(_client, server, idle));
                    _ = directions.CreateTask(Pump(server, _client, idle));
                    await LoopTask.Yield();
                });
                await Close(_client);
                await Close(server);
            });
            _statistics.Completed++;
        }
        catch (Exception exception) when (Problem(exception) is { } problem)
        {
            // The network's failures end a connection, not the program. Anything else is an error of ours and goes on up.
            _statistics.Failed++;
            Console.Error.WriteLine($"connection {Id} from {Peer}: {problem}");
        }
        finally
        {
            // However we got here, also by a cancellation: nothing stays open. In good order both are closed already.
            _client.Abort();
            server?.Abort();
            _statistics.Open.Remove(Id);
        }
    }

    private async Coroutine Pump(LoopStream from, LoopStream to, TimeoutScope idle)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await from.Reader.ReadAsync(buffer) is var count and > 0)
            {
                Count(from, count);
                if (!idle.Expired)
                {
                    idle.Reschedule(_loop.Now + _options.Idle);
                }

                // Write never waits; the drain does, while the receiver is slow. Meanwhile nobody reads, and the sender has to wait as well.
                to.Writer.Write(buffer.AsSpan(0, count));
                await to.Writer.DrainAsync();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        EndOfInput(from, to);
    }

    /// <summary>One side has nothing more to say. The other hears that, and may go on talking.</summary>
    private void EndOfInput(LoopStream from, LoopStream to)
    {
        if (to.Writer.CanWriteEof)
        {
            to.Writer.WriteEof();
        }
        else if (to == _client || from.Writer.IsClosing)
        {
            // TLS cannot end one direction alone. An answer is over, or the client has gone: so the connection ends.
            to.Writer.Close();
        }
    }

    private void Count(LoopStream from, int bytes)
    {
        if (from == _client)
        {
            BytesUp += bytes;
            _statistics.BytesUp += bytes;
        }
        else
        {
            BytesDown += bytes;
            _statistics.BytesDown += bytes;
        }
    }

    private static async Coroutine Close(LoopStream stream)
    {
        stream.Writer.Close();
        await stream.Writer.WaitClosedAsync();
    }

    /// <summary>What went wrong in the network; null if it is something else.</summary>
    private static string? Problem(Exception exception) => exception switch
    {
        TimeoutException => "idle for too long",
        SocketException or IOException or AuthenticationException => exception.Message,
        AggregateException group when group.InnerExceptions.All(inner => Problem(inner) is not null) => Problem(group.InnerExceptions[0]),
        _ => null,
    };
}

internal static class StreamExtensions
{
    /// <summary>Ends a connection at once: what waits to be sent is dropped, nothing is waited for.</summary>
    internal static void Abort(this LoopStream stream) => ((Transport)stream.Writer.Transport).Abort();
}
