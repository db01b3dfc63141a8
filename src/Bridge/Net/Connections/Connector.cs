using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;

namespace Bridge.Net;

/// <summary>Connects to the first of several addresses that answers. Loop thread; used once.</summary>
/// <remarks>Source: the middle part of asyncio's <c>create_connection</c>, and <c>_connect_sock</c>.</remarks>
internal sealed class Connector
{
    private readonly EventLoop _loop;
    private readonly ConnectOptions _options;

    /// <summary>Where to connect from; null: anywhere.</summary>
    private readonly AddressInfo[]? _local;

    /// <summary>What went wrong, for each attempt.</summary>
    private readonly List<List<Exception>> _failures = [];

    private Connector(EventLoop loop, ConnectOptions options, AddressInfo[]? local)
    {
        _loop = loop;
        _options = options;
        _local = local;
    }

    /// <summary>Resolves a name and connects.</summary>
    internal static async Coroutine<Socket> Connect(EventLoop loop, string? host, string? service, ConnectOptions options)
        => await Connect(loop, await loop.EnsureResolved(new NameQuery(host, service, options.Family, SocketType.Stream, options.Protocol, options.Flags)), options);

    /// <summary>Connects to one of these addresses.</summary>
    internal static async Coroutine<Socket> Connect(EventLoop loop, AddressInfo[] infos, ConnectOptions options)
    {
        AddressInfo[]? local = options.LocalAddress is { } address ? await ResolveLocal(loop, address, options) : null;
        if ((options.Interleave ?? (options.HappyEyeballsDelay is null ? 0 : 1)) is > 0 and int first)
        {
            infos = Interleaving.Of(infos, first);
        }

        var connector = new Connector(loop, options, local);
        Socket? socket = options.HappyEyeballsDelay is { } delay ? await connector.Race(infos, delay) : await connector.TryInTurn(infos);
        return socket ?? throw connector.Failure();
    }

    private static async Coroutine<AddressInfo[]> ResolveLocal(EventLoop loop, EndPoint address, ConnectOptions options) => address switch
    {
        IPEndPoint ip => [new AddressInfo(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp, null, ip)],
        DnsEndPoint name => await loop.EnsureResolved(
            new NameQuery(name.Host, NameQuery.PortText(name.Port), options.Family, SocketType.Stream, options.Protocol, options.Flags)),
        _ => throw new NotSupportedException($"{address} was let through by the check of the options."),
    };

    private async Coroutine<Socket?> TryInTurn(AddressInfo[] infos)
    {
        foreach (AddressInfo info in infos)
        {
            try
            {
                return await Attempt(info);
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                // Kept in the list of failures; the next address may do.
            }
        }

        return null;
    }

    private async Coroutine<Socket?> Race(AddressInfo[] infos, TimeSpan delay)
    {
        Func<Coroutine<Socket>>[] attempts = Array.ConvertAll(infos, info => new Func<Coroutine<Socket>>(() => Attempt(info)));
        var race = new StaggeredRace<Socket>(_loop, attempts, delay, static late => late.Dispose());
        (Socket? socket, int winner, IReadOnlyList<Exception?> failures) = await race.Run();
        if (winner < 0 && failures.FirstOrDefault(static failure => failure is not (SocketException or IOException)) is { } mistake)
        {
            // Not what a network does, so not to be hidden among its failures.
            ExceptionDispatchInfo.Throw(mistake);
        }

        return socket;
    }

    /// <remarks>If the loop is closed meanwhile, nothing here runs again: so the loop closes the socket.</remarks>
    private async Coroutine<Socket> Attempt(AddressInfo info)
    {
        var failures = new List<Exception>();
        _failures.Add(failures);
        Socket? socket = null;
        try
        {
            socket = new Socket(info.Family, info.SocketType, info.Protocol) { Blocking = false };
            using CloseRegistration closing = _loop.OnClose(socket.Dispose);
            Bind(socket, failures);
            await _loop.SockConnect(socket, info.Address);
            return socket;
        }
        catch (Exception exception)
        {
            socket?.Dispose();
            if (exception is SocketException or IOException)
            {
                failures.Add(exception);
            }

            throw;
        }
    }

    /// <summary>Binds to the first local address of the socket's family that can be had.</summary>
    private void Bind(Socket socket, List<Exception> failures)
    {
        if (_local is null)
        {
            return;
        }

        SocketException? last = null;
        foreach (AddressInfo local in _local.Where(local => local.Family == socket.AddressFamily))
        {
            if (last is not null)
            {
                failures.Add(last);
            }

            try
            {
                socket.Bind(local.Address);
                return;
            }
            catch (SocketException exception)
            {
                last = new SocketException((int)exception.SocketErrorCode, Messages.BindFailed(local.Address, exception));
            }
        }

        throw last ?? new SocketException((int)SocketError.AddressNotAvailable, Messages.NoLocalAddress(socket.AddressFamily));
    }

    /// <summary>One exception for all failures.</summary>
    private Exception Failure()
    {
        Exception[] all = [.. _failures.SelectMany(static failures => failures)];
        if (all.Length == 0)
        {
            return new TimeoutException("CreateConnection failed: no attempt ended.");
        }

        if (_options.AllErrors)
        {
            return new AggregateException("CreateConnection failed", all);
        }

        if (all.All(failure => failure.Message == all[0].Message))
        {
            return all[0];
        }

        SocketError code = (all[0] as SocketException)?.SocketErrorCode ?? SocketError.SocketError;
        bool isCommon = all.All(failure => (failure as SocketException)?.SocketErrorCode == code);
        return new SocketException((int)(isCommon ? code : SocketError.SocketError), $"Multiple exceptions: {string.Join(", ", all.Select(static failure => failure.Message))}");
    }
}
