using System.Globalization;
using Bridge.TestKit;

namespace Bridge.Tests.Net.RealPeers;

/// <summary>A redis-server of our own: on a free port and a Unix-domain socket, in a folder that goes with it, keeping nothing.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bridge-redis-").FullName;
    private RealPeer? _peer;

    internal int Port { get; private set; }

    /// <summary>Where its Unix-domain socket is.</summary>
    internal string Socket => Path.Combine(_folder, "redis.sock");

    internal string File(string name) => Path.Combine(_folder, name);

    /// <summary>Starts it.</summary>
    /// <param name="withTls">It speaks TLS alone, and wants a certificate from whoever connects.</param>
    internal static async Task<RedisServer> Start(bool withTls = false)
    {
        var server = new RedisServer();
        try
        {
            await server.Launch(withTls);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Ends it at once.</summary>
    internal void Kill() => _peer!.Kill();

    public void Dispose()
    {
        _peer?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Launch(bool withTls)
    {
        RealPeer.Find("redis-server");
        for (int attempt = 1; ; attempt++)
        {
            // Redis cannot choose a port itself; if another program takes this one before it does, we take the next.
            Port = RealPeer.FreePort();
            string port = Port.ToString(CultureInfo.InvariantCulture);
            string[] tls = withTls ? TlsArguments(port) : ["--port", port];
            _peer = RealPeer.Start(
                "redis-server", ["--bind", "127.0.0.1", "--unixsocket", Socket, "--dir", _folder, "--save", "", "--appendonly", "no", "--daemonize", "no", .. tls]);
            try
            {
                await _peer.ReadUntil("Ready to accept connections");
                return;
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                _peer.Dispose();
            }
        }
    }

    private string[] TlsArguments(string port)
    {
        System.IO.File.WriteAllText(File("server.pem"), TestCertificates.Pem(TestCertificates.Server));
        System.IO.File.WriteAllText(File("authority.pem"), TestCertificates.Authority.ExportCertificatePem());
        return
        [
            "--port", "0", "--tls-port", port, "--tls-auth-clients", "yes",
            "--tls-cert-file", File("server.pem"), "--tls-key-file", File("server.pem"), "--tls-ca-cert-file", File("authority.pem"),
        ];
    }
}
