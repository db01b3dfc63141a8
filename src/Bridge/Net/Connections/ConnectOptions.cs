using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>How to connect.</summary>
/// <remarks>Source: the keyword arguments of asyncio's <c>create_connection</c>.</remarks>
public sealed record ConnectOptions
{
    internal static ConnectOptions Default { get; } = new();

    /// <summary>Only addresses of this family. Unspecified: all.</summary>
    public AddressFamily Family { get; init; }

    /// <summary>Only this protocol. Unspecified: TCP, as the resolver says.</summary>
    public ProtocolType Protocol { get; init; }

    /// <summary>How to look the host up.</summary>
    public AddressInfoFlags Flags { get; init; }

    /// <summary>Where to connect from: an <see cref="IPEndPoint"/> or a <see cref="DnsEndPoint"/>. Null: the system chooses.</summary>
    /// <remarks>Of a name's addresses those are tried that are of the family of the address to be connected.</remarks>
    public EndPoint? LocalAddress { get; init; }

    /// <summary>How long an attempt may take before the next address is tried beside it, zero or more; RFC 8305 recommends 0.25 s. Null: one after the other.</summary>
    public TimeSpan? HappyEyeballsDelay { get; init; }

    /// <summary>Takes the families of the addresses in turn, beginning with this many of the first. 0: in the resolver's order. Null: 1 with a <see cref="HappyEyeballsDelay"/>, else 0.</summary>
    public int? Interleave { get; init; }

    /// <summary>If no address can be connected: throw every failure, in an <see cref="AggregateException"/>, rather than one that stands for all.</summary>
    public bool AllErrors { get; init; }

    /// <summary>Encrypts the connection, with these options; the server's certificate is verified unless they say otherwise. Null: the connection is not encrypted.</summary>
    /// <remarks>Taken as they are at the call. Their TargetHost, if null, becomes the host or address that is connected to; a socket or a path needs one. See <see cref="EventLoop.StartTls(Transport, BaseProtocol, SslClientAuthenticationOptions, StartTlsOptions?)"/> for what a handshake throws and where callbacks run. Source: <c>ssl</c> and <c>server_hostname</c>.</remarks>
    public SslClientAuthenticationOptions? Ssl { get; init; }

    /// <summary>How long the TLS handshake may take; more than zero, only with <see cref="Ssl"/>. Null: 60 s.</summary>
    public TimeSpan? SslHandshakeTimeout { get; init; }

    /// <summary>How long closing waits for the peer to close TLS, too; more than zero, only with <see cref="Ssl"/>. Null: 30 s.</summary>
    public TimeSpan? SslShutdownTimeout { get; init; }

    /// <summary>The options to go by where there is no host to be found; throws if one is set that is for that.</summary>
    internal static ConnectOptions CheckConnected(ConnectOptions? options)
    {
        options ??= Default;
        return options == Default with { Ssl = options.Ssl, SslHandshakeTimeout = options.SslHandshakeTimeout, SslShutdownTimeout = options.SslShutdownTimeout }
            ? options
            : throw new ArgumentException($"{options}: only Ssl and its time limits go with a socket or a path. Leave the others alone.", nameof(options));
    }

    /// <summary>What TLS is to be like; null: none.</summary>
    /// <param name="host">Whose certificate to expect, if the options do not say.</param>
    internal TlsSettings? TlsFor(string? host)
        => TlsSettings.IsWanted(Ssl, SslHandshakeTimeout, SslShutdownTimeout)
            ? new TlsSettings(Ssl!, string.IsNullOrEmpty(host) ? null : host, SslHandshakeTimeout, SslShutdownTimeout)
            : null;

    /// <summary>The options to go by; throws what is wrong with them.</summary>
    internal static ConnectOptions Check(ConnectOptions? options)
    {
        if (options is null)
        {
            return Default;
        }

        if (options.Interleave < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Interleave, $"Interleave is {options.Interleave}; it must be 0 or more.");
        }

        if (options.HappyEyeballsDelay < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.HappyEyeballsDelay, $"HappyEyeballsDelay is {options.HappyEyeballsDelay}; it must be zero or more. Leave it null to try one address after the other.");
        }

        return options.LocalAddress is null or IPEndPoint or DnsEndPoint
            ? options
            : throw new ArgumentException($"LocalAddress is {options.LocalAddress}; it must be an IPEndPoint or a DnsEndPoint.", nameof(options));
    }
}
