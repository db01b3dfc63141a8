using System.Globalization;
using System.Net;
using System.Net.Security;

namespace RelaySample;

/// <summary>The command line, checked.</summary>
internal sealed record Options
{
    internal const string Usage = """
        Usage: Relay --listen HOST:PORT --to HOST:PORT [options]

          --listen HOST:PORT        where clients connect; port 0: any free one
          --to HOST:PORT            where their bytes go, and the answers come from
          --tls-listen FILE.pfx     clients speak TLS; certificate and key from the file, its password from RELAY_PFX_PASSWORD
          --tls-listen-self-signed  clients speak TLS, with a certificate for localhost made on the spot
          --tls-to                  speak TLS to the other server; its certificate must be good for HOST
          --ca FILE.pem             with --tls-to: trust these authorities instead of the system's
          --insecure                with --tls-to: accept any certificate
          --lines HOST:PORT         answer commands: stats, connections, close ID, echo TEXT, quit
          --live                    print statistics every second
          --max N                   at most N connections at once; default: 1000
          --idle SECONDS            end a connection that moves nothing for so long; default: 60
          --grace SECONDS           how long connections may go on after SIGINT or SIGTERM; default: 5
        """;

    internal required HostPort Listen { get; init; }

    internal required HostPort To { get; init; }

    internal HostPort? Lines { get; init; }

    /// <summary>Null: clients speak plain TCP.</summary>
    internal SslServerAuthenticationOptions? TlsListen { get; init; }

    /// <summary>Null: the other server speaks plain TCP.</summary>
    internal SslClientAuthenticationOptions? TlsTo { get; init; }

    internal bool Live { get; init; }

    internal int Max { get; init; }

    internal TimeSpan Idle { get; init; }

    internal TimeSpan Grace { get; init; }

    internal static Options Parse(string[] arguments)
    {
        string[] flags = ["--tls-listen-self-signed", "--tls-to", "--insecure", "--live"];
        string[] valued = ["--listen", "--to", "--tls-listen", "--ca", "--lines", "--max", "--idle", "--grace"];
        Dictionary<string, string> given = [];
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i], value = "";
            if (valued.Contains(name))
            {
                value = ++i < arguments.Length && arguments[i].Length > 0 ? arguments[i] : throw new UsageException($"{name} needs a value after it.");
            }
            else if (!flags.Contains(name))
            {
                throw new UsageException($"Unknown argument '{name}'.");
            }

            if (!given.TryAdd(name, value))
            {
                throw new UsageException($"{name} is there twice; give it once.");
            }
        }

        string? Text(string name) => given.GetValueOrDefault(name);
        string Needed(string name) => Text(name) ?? throw new UsageException($"{name} is missing.");
        return new Options
        {
            Listen = HostPort.Parse("--listen", Needed("--listen"), least: 0),
            To = HostPort.Parse("--to", Needed("--to"), least: 1),
            Lines = Text("--lines") is { } lines ? HostPort.Parse("--lines", lines, least: 0) : null,
            TlsListen = Certificates.ForListening(Text("--tls-listen"), given.ContainsKey("--tls-listen-self-signed")),
            TlsTo = Certificates.ForConnecting(given.ContainsKey("--tls-to"), Text("--ca"), given.ContainsKey("--insecure")),
            Live = given.ContainsKey("--live"),
            Max = Count("--max", Text("--max") ?? "1000"),
            Idle = Seconds("--idle", Text("--idle") ?? "60"),
            Grace = Seconds("--grace", Text("--grace") ?? "5"),
        };
    }

    private static int Count(string name, string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw new UsageException($"{name} '{text}' is not a whole number of 1 or more.");

    private static TimeSpan Seconds(string name, string text)
        => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and <= 1e6
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"{name} '{text}' is not a number of seconds above 0, and at most 1000000.");
}

/// <summary>A name or address and a port.</summary>
internal sealed record HostPort(string Host, int Port)
{
    /// <summary>Reads <c>name:port</c>, <c>1.2.3.4:port</c> or <c>[::1]:port</c>.</summary>
    internal static HostPort Parse(string option, string text, int least)
    {
        int colon = text.LastIndexOf(':');
        string host = colon > 0 ? text[..colon].TrimStart('[').TrimEnd(']') : "";
        bool isBareV6 = IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && !text.StartsWith('[');
        return host.Length > 0 && !isBareV6 && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port >= least
            ? new HostPort(host, port)
            : throw new UsageException($"{option} '{text}' is not HOST:PORT with a port from {least} to 65535; an IPv6 address goes in brackets, [::1]:80.");
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>The command line makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);
