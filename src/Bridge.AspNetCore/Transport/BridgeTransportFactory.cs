using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bridge.AspNetCore;

/// <summary>What Kestrel asks to listen.</summary>
internal sealed class BridgeTransportFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly TransportLoops _loops;
    private readonly BridgeTransportOptions _options;
    private readonly ILogger _logger;

    public BridgeTransportFactory(TransportLoops loops, IOptions<BridgeTransportOptions> options, ILoggerFactory loggers)
    {
        _loops = loops;
        _options = options.Value;
        _logger = loggers.CreateLogger("Bridge.AspNetCore.Transport");
    }

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or UnixDomainSocketEndPoint or FileHandleEndPoint;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!CanBind(endpoint))
        {
            throw new NotSupportedException(Messages.CannotBind(endpoint));
        }

        return Bind(endpoint);
    }

    private async ValueTask<IConnectionListener> Bind(EndPoint endpoint)
    {
        Socket socket = Listen(endpoint);
        TransportLoops.Lease? lease = null;
        try
        {
            lease = _loops.Rent();
            var listener = new LoopListener(lease, socket, _logger);
            TransportLog.Listening(_logger, listener.EndPoint, lease);
            return listener;
        }
        catch
        {
            socket.Dispose();
            if (lease is not null)
            {
                await lease.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    private Socket Listen(EndPoint endpoint)
    {
        Socket? socket = null;
        try
        {
            // Kestrel's own: which address families a wildcard takes, and how a handle becomes a socket, are as everywhere.
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            if (socket.SocketType != SocketType.Stream)
            {
                throw new ArgumentException(Messages.NoStreamSocket(endpoint), nameof(endpoint));
            }

            socket.Blocking = false;
            socket.Listen(_options.Backlog);
            return socket;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket?.Dispose();
            throw new AddressInUseException(exception.Message, exception);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }
}
