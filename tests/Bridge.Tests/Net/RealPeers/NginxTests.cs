using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Bridge.Net;
using Bridge.TestKit;
using Bridge.Tests.Processes;

namespace Bridge.Tests.Net.RealPeers;

/// <summary>HTTP/1.1 by hand over streams, against a real nginx.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class NginxTests : IoTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bridge-nginx-").FullName;

    [Fact(Timeout = 60000)]
    public void Nginx_ThousandRequests_AreServedOverOneConnection() => With(async Coroutine (stream) =>
    {
        Write("hello.txt", "hello\n"u8.ToArray());
        for (int i = 1; i <= 1000; i++)
        {
            Request(stream, i % 2 == 0 ? "/hello.txt" : "/nothing");
            var (status, requests, body) = await Response(stream);
            Assert.Equal(i % 2 == 0 ? 200 : 404, status);
            Assert.Equal(i, requests);
            Assert.Equal(i % 2 == 0, Encoding.UTF8.GetString(body) == "hello\n");
        }
    });

    [Fact(Timeout = 60000)]
    public void Nginx_PipelinedRequests_AreAnsweredInOrder() => With(async Coroutine (stream) =>
    {
        for (int i = 0; i < 200; i++)
        {
            Write($"{i}.txt", Encoding.ASCII.GetBytes($"file {i}"));
            Request(stream, $"/{i}.txt");
        }

        for (int i = 0; i < 200; i++)
        {
            Assert.Equal($"file {i}", Encoding.ASCII.GetString((await Response(stream)).Body));
        }
    });

    [Fact(Timeout = 60000)]
    public void Nginx_LargeFileThenClose_ArrivesWholeAndEnds() => With(async Coroutine (stream) =>
    {
        byte[] data = RandomNumberGenerator.GetBytes(20_000_000);
        Write("large.bin", data);
        Request(stream, "/large.bin");
        Assert.Equal(SHA256.HashData(data), SHA256.HashData((await Response(stream)).Body));
        Request(stream, "/large.bin", "Connection: close\r\n");
        Assert.Equal(SHA256.HashData(data), SHA256.HashData((await Response(stream)).Body));
        Assert.Empty(await stream.Reader.ReadAsync(-1));
    });

    protected override void Dispose(bool disposing)
    {
        Directory.Delete(_folder, recursive: true);
        base.Dispose(disposing);
    }

    private void With(Func<LoopStream, Coroutine> body) => Run(async Coroutine () =>
    {
        for (int attempt = 1; ; attempt++)
        {
            // nginx cannot choose a port itself; if another program takes this one before it does, we take the next.
            IPEndPoint address = FreeAddress();
            using RealPeer nginx = await Launch(address);
            if (await Connect(nginx, address) is { } stream)
            {
                await using (stream)
                {
                    await body(stream);
                    return;
                }
            }

            Assert.True(attempt < 3, (await nginx.End()).Errors);
        }
    });

    private async Coroutine<RealPeer> Launch(IPEndPoint address)
    {
        string configuration = Path.Combine(_folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            daemon off;
            master_process off;
            pid {{_folder}}/nginx.pid;
            error_log stderr;
            events {}
            http {
                access_log off;
                keepalive_requests 100000;
                client_body_temp_path {{_folder}}/body;
                proxy_temp_path {{_folder}}/proxy;
                fastcgi_temp_path {{_folder}}/fastcgi;
                uwsgi_temp_path {{_folder}}/uwsgi;
                scgi_temp_path {{_folder}}/scgi;
                server {
                    listen {{address}};
                    root {{_folder}};
                    add_header X-Requests $connection_requests always;
                }
            }
            """);
        return RealPeer.Start("nginx", "-p", _folder, "-c", configuration, "-e", "stderr");
    }

    /// <summary>It does not say when it listens, so this asks until it does. Null: it has ended.</summary>
    private async Coroutine<LoopStream?> Connect(RealPeer nginx, IPEndPoint address)
    {
        while (!nginx.HasExited)
        {
            try
            {
                return await Loop.OpenConnection(address);
            }
            catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
            {
                await LoopTask.Sleep(TimeSpan.FromMilliseconds(5));
            }
        }

        return null;
    }

    private void Write(string name, byte[] data) => File.WriteAllBytes(Path.Combine(_folder, name), data);

    private static void Request(LoopStream stream, string path, string headers = "")
        => stream.Writer.Write(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"));

    private static async Coroutine<(int Status, int Requests, byte[] Body)> Response(LoopStream stream)
    {
        string[] head = Encoding.ASCII.GetString(await stream.Reader.ReadUntilAsync("\r\n\r\n"u8.ToArray())).Split("\r\n");
        int length = int.Parse(Header("Content-Length"), CultureInfo.InvariantCulture);
        byte[] body = await stream.Reader.ReadExactlyAsync(length);
        return (int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture), int.Parse(Header("X-Requests"), CultureInfo.InvariantCulture), body);

        string Header(string name) => head.Single(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase)).Split(": ")[1];
    }
}
