using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge;

/// <content>Names of hosts and services.</content>
public abstract partial class EventLoop
{
    /// <summary>Who looks names up. Loop thread; tests replace it.</summary>
    internal NameResolver Resolver { get; set; } = NameResolver.Default;

    /// <summary>Looks up how a host can be reached at a port.</summary>
    /// <param name="host">A name or an address. Null or empty: this machine, or with <see cref="AddressInfoFlags.Passive"/> all its interfaces.</param>
    /// <param name="port">0 to 65535.</param>
    /// <param name="family">Only addresses of this family. Unspecified: all.</param>
    /// <param name="socketType">Only for sockets of this type. Unknown: all.</param>
    /// <param name="protocol">Only for this protocol. Unspecified: all.</param>
    /// <param name="flags">How to look.</param>
    /// <returns>A coroutine: what the system knows, in its order of preference; one entry for each address, type and protocol.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="port"/> is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// <para>Awaiting throws <see cref="SocketException"/>, naming host and reason, if there is no answer. Cancelling ends the wait; the lookup itself goes on unheard.</para>
    /// <para>The lookup blocks a thread of the default executor. Debug mode logs how long it took. Source: <c>loop.getaddrinfo</c>.</para>
    /// </remarks>
    public Coroutine<AddressInfo[]> GetAddressInfo(
        string? host,
        int port,
        AddressFamily family = AddressFamily.Unspecified,
        SocketType socketType = SocketType.Unknown,
        ProtocolType protocol = ProtocolType.Unspecified,
        AddressInfoFlags flags = AddressInfoFlags.None)
    {
        CheckPort(port);
        return GetAddressInfo(host, NameQuery.PortText(port), family, socketType, protocol, flags);
    }

    /// <summary>Looks up how a host can be reached for a service.</summary>
    /// <param name="host">A name or an address. Null or empty: this machine, or with <see cref="AddressInfoFlags.Passive"/> all its interfaces.</param>
    /// <param name="service">A name as "http", or a number. Null or empty: port 0.</param>
    /// <param name="family">Only addresses of this family. Unspecified: all.</param>
    /// <param name="socketType">Only for sockets of this type. Unknown: all.</param>
    /// <param name="protocol">Only for this protocol. Unspecified: all.</param>
    /// <param name="flags">How to look.</param>
    /// <returns>A coroutine: what the system knows, in its order of preference; one entry for each address, type and protocol.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// As with a port. On Windows names of services, and flags beyond the first four, throw <see cref="PlatformNotSupportedException"/> when awaited.
    /// </remarks>
    public Coroutine<AddressInfo[]> GetAddressInfo(
        string? host,
        string? service,
        AddressFamily family = AddressFamily.Unspecified,
        SocketType socketType = SocketType.Unknown,
        ProtocolType protocol = ProtocolType.Unspecified,
        AddressInfoFlags flags = AddressInfoFlags.None)
    {
        AssertLoopThread();
        return Look(new NameQuery(host, service, family, socketType, protocol, flags));
    }

    /// <summary>Looks up the names of an address and its port.</summary>
    /// <param name="address">The address.</param>
    /// <param name="flags">How to look.</param>
    /// <returns>A coroutine: the host's name, or its address if it has none; and the service's name, or its number.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <remarks>
    /// <para>Awaiting throws <see cref="SocketException"/>, naming address and reason, if the lookup fails. On Windows names of services throw
    /// <see cref="PlatformNotSupportedException"/> when awaited: pass <see cref="NameInfoFlags.NumericService"/>.</para>
    /// <para>The lookup blocks a thread of the default executor. Source: <c>loop.getnameinfo</c>.</para>
    /// </remarks>
    public Coroutine<(string Host, string Service)> GetNameInfo(IPEndPoint address, NameInfoFlags flags = NameInfoFlags.None)
    {
        ArgumentNullException.ThrowIfNull(address);
        AssertLoopThread();
        return Look(this, address, flags);

        static async Coroutine<(string Host, string Service)> Look(EventLoop loop, IPEndPoint address, NameInfoFlags flags)
        {
            NameResolver resolver = loop.Resolver;
            return await loop.RunInExecutor(null, () => resolver.GetNameInfo(address, flags));
        }
    }

    /// <summary>The addresses to try; at least one. What is an address already needs no lookup.</summary>
    internal async Coroutine<AddressInfo[]> EnsureResolved(NameQuery query)
    {
        if (query.TryLiteral() is { } info)
        {
            return [info];
        }

        AddressInfo[] found = await Look(query);
        return found.Length > 0 ? found : throw new SocketException((int)SocketError.NoData, Messages.NoAddresses(query));
    }

    /// <summary>The first address of a host that the socket can use.</summary>
    internal async Coroutine<EndPoint> ResolveFor(Socket socket, DnsEndPoint name)
    {
        var query = new NameQuery(name.Host, NameQuery.PortText(name.Port), socket.AddressFamily, socket.SocketType, socket.ProtocolType);
        return (await EnsureResolved(query))[0].Address;
    }

    internal static void CheckPort(int port)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
    }

    private async Coroutine<AddressInfo[]> Look(NameQuery query)
    {
        NameResolver resolver = Resolver;
        long started = Stopwatch.GetTimestamp();
        try
        {
            return await RunInExecutor(null, () => resolver.GetAddressInfo(query));
        }
        finally
        {
            if (Debug)
            {
                LogLookup(query, Stopwatch.GetElapsedTime(started));
            }
        }
    }

    private void LogLookup(NameQuery query, TimeSpan elapsed)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"Lookup of {query} took {elapsed.TotalMilliseconds:F3} ms");
        if (elapsed >= SlowCallbackDuration)
        {
            WriteInformation(text);
        }
        else
        {
            WriteDetail(text);
        }
    }
}
