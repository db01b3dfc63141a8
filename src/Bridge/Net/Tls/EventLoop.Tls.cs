using System.Net.Security;
using Bridge.Net;

namespace Bridge;

/// <content>Upgrading connections to TLS.</content>
public abstract partial class EventLoop
{
    /// <summary>Upgrades an open connection to TLS, as the client.</summary>
    /// <param name="transport">The connection. Use the result instead from now on.</param>
    /// <param name="protocol">Hears what happens from now on: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>. Its ConnectionMade is not called.</param>
    /// <param name="options">How; TargetHost must be set. Taken as they are now. The peer's certificate is verified unless they say otherwise.</param>
    /// <param name="startOptions">Time limits, and bytes received already. Null: the defaults.</param>
    /// <returns>A coroutine: the encrypted transport, after the handshake.</returns>
    /// <exception cref="ArgumentNullException">A needed argument is null.</exception>
    /// <exception cref="ArgumentException">TargetHost is null, the protocol is of another kind, or the transport is another loop's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time limit is not positive.</exception>
    /// <remarks>
    /// <para>
    /// Awaiting throws what the handshake failed with: an <see cref="System.Security.Authentication.AuthenticationException"/> if a certificate or the
    /// peer's answer was not acceptable, a <see cref="System.Net.Sockets.SocketException"/> if it took too long or the connection was lost. A failure or
    /// a cancellation closes the transport, and the protocol hears ConnectionLost.
    /// </para>
    /// <para>
    /// The handshake runs on the loop thread, and so do callbacks of the options. But with online revocation checks, or a
    /// CertificateChainPolicy that allows downloads, it runs in the thread pool, callbacks included; the protocol is on the loop thread in
    /// any case. Without such a policy no missing intermediate certificate is downloaded. Threads: loop thread. Source: <c>loop.start_tls</c>.
    /// </para>
    /// </remarks>
    public Coroutine<Transport> StartTls(Transport transport, BaseProtocol protocol, SslClientAuthenticationOptions options, StartTlsOptions? startOptions = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckUpgrade(transport, protocol);
        return Upgrade(transport, protocol, new TlsSettings(options, null, startOptions?.HandshakeTimeout, startOptions?.ShutdownTimeout), startOptions);
    }

    /// <summary>Upgrades an open connection to TLS, as the server.</summary>
    /// <param name="transport">The connection. Use the result instead from now on.</param>
    /// <param name="protocol">Hears what happens from now on: a <see cref="Protocol"/> or <see cref="BufferedProtocol"/>. Its ConnectionMade is not called.</param>
    /// <param name="options">How; a certificate is needed. Taken as they are now.</param>
    /// <param name="startOptions">Time limits, and bytes received already. Null: the defaults.</param>
    /// <returns>A coroutine: the encrypted transport, after the handshake.</returns>
    /// <exception cref="ArgumentNullException">A needed argument is null.</exception>
    /// <exception cref="ArgumentException">There is no certificate, the protocol is of another kind, or the transport is another loop's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time limit is not positive.</exception>
    /// <remarks>As for the client; only client certificates, if asked for, may need the network. Source: <c>loop.start_tls(server_side=True)</c>.</remarks>
    public Coroutine<Transport> StartTls(Transport transport, BaseProtocol protocol, SslServerAuthenticationOptions options, StartTlsOptions? startOptions = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckUpgrade(transport, protocol);
        return Upgrade(transport, protocol, new TlsSettings(options, startOptions?.HandshakeTimeout, startOptions?.ShutdownTimeout), startOptions);
    }

    private void CheckUpgrade(Transport transport, BaseProtocol protocol)
    {
        ArgumentNullException.ThrowIfNull(transport);
        SocketTransport.CheckProtocol(protocol);
        if (!ReferenceEquals(transport.Loop, this))
        {
            throw new ArgumentException(Messages.TlsOnOtherLoop(transport, this), nameof(transport));
        }
    }

    private async Coroutine<Transport> Upgrade(Transport lower, BaseProtocol protocol, TlsSettings settings, StartTlsOptions? startOptions)
    {
        if (lower.IsClosing)
        {
            throw new InvalidOperationException(Messages.TlsOnClosing(lower));
        }

        LoopFuture<bool> waiter = CreateFuture<bool>();
        var tls = new TlsTransport(this, protocol, settings, waiter, isUpgrade: true);
        if (startOptions is not null)
        {
            tls.KeepReceived(startOptions.Received.Span);
        }

        // Paused, so that nothing comes between the change of protocols and the beginning.
        lower.PauseReading();
        lower.Protocol = tls.LowerSide;
        Handle begin = CallSoon(() => tls.Begin(lower));
        Handle resume = CallSoon(lower.ResumeReading);
        try
        {
            await waiter;
        }
        catch
        {
            begin.Cancel();
            resume.Cancel();
            lower.Close();
            throw;
        }

        return tls;
    }
}
