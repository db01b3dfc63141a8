using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Bridge.Net;
using Bridge.Tests.Processes;

namespace Bridge.Tests.Net.RealPeers;

/// <summary>Streams against a real redis-server.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class RedisTests : IoTest
{
    [Fact(Timeout = 60000)]
    public void Redis_PingSetGet_AnswersWithTheSameBytes() => With(async Coroutine (server) =>
    {
        await using RedisConnection redis = await Connect(server);
        Assert.Equal("PONG", await redis.Ask("PING"));
        byte[] value = RandomNumberGenerator.GetBytes(1_000_000);
        redis.Send(["SET"u8.ToArray(), "key"u8.ToArray(), value]);
        Assert.Equal("OK", await redis.Reply());
        Assert.Equal(value, (byte[])(await redis.Ask("GET", "key"))!);
        Assert.Null(await redis.Ask("GET", "nothing"));
        Assert.StartsWith("ERR unknown command", ((Exception)(await redis.Ask("DANCE"))!).Message, StringComparison.Ordinal);
        Assert.Equal("OK", await redis.Ask("QUIT"));
        Assert.Empty(await redis.Stream.Reader.ReadAsync(-1));
    });

    [Fact(Timeout = 60000)]
    public void Redis_TenThousandCommandsAtOnce_AreAnsweredInOrder() => With(async Coroutine (server) =>
    {
        await using RedisConnection redis = await Connect(server);
        for (int i = 0; i < 10_000; i++)
        {
            redis.Send("INCR", "counter");
        }

        await redis.Stream.Writer.DrainAsync();
        for (long i = 1; i <= 10_000; i++)
        {
            Assert.Equal(i, await redis.Reply());
        }

        Assert.Equal("10000", RedisConnection.Text(await redis.Ask("GET", "counter")));
    });

    [Fact(Timeout = 60000)]
    public void Redis_PublishedMessages_ReachASubscriberInOrder() => With(async Coroutine (server) =>
    {
        await using RedisConnection subscriber = await Connect(server);
        await using RedisConnection publisher = await Connect(server);
        Assert.Equal("subscribe", RedisConnection.Text(((object?[])(await subscriber.Ask("SUBSCRIBE", "news"))!)[0]));
        await LoopTaskGroup.Run(async Coroutine (group) =>
        {
            LoopTask<List<string>> listening = group.CreateTask(Listen(subscriber, 1000));
            for (int i = 0; i < 1000; i++)
            {
                Assert.Equal(1L, await publisher.Ask("PUBLISH", "news", $"message {i}"));
            }

            Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"message {i}"), await listening);
        });
    });

    [Fact(Timeout = 60000)]
    public void Redis_CancelledWaitForAnAnswer_LosesNothingAndTheConnectionIsStillGood() => With(async Coroutine (server) =>
    {
        await using RedisConnection waiting = await Connect(server);
        await using RedisConnection other = await Connect(server);
        var id = (long)(await waiting.Ask("CLIENT", "ID"))!;
        waiting.Send("BLPOP", "list", "0");
        LoopTask<object?> pop = Loop.CreateTask(waiting.Reply());
        while (!RedisConnection.Text(await other.Ask("INFO", "clients")).Contains("blocked_clients:1", StringComparison.Ordinal))
        {
        }

        pop.Cancel();
        await Throws<LoopCanceledException>(async Coroutine () => await pop);

        // The command is still under way, and its answer belongs to whoever reads next.
        Assert.Equal(1L, await other.Ask("RPUSH", "list", "item"));
        object?[] popped = (object?[])(await waiting.Reply())!;
        Assert.Equal(["list", "item"], popped.Select(RedisConnection.Text));
        Assert.Equal(id, await waiting.Ask("CLIENT", "ID"));
    });

    [Fact(Timeout = 60000)]
    public void Redis_TimeoutOfABlockedCommand_ThenClientUnblock_GivesTheConnectionBack() => With(async Coroutine (server) =>
    {
        await using RedisConnection waiting = await Connect(server);
        await using RedisConnection other = await Connect(server);
        var id = (long)(await waiting.Ask("CLIENT", "ID"))!;
        await Throws<TimeoutException>(() => LoopTask.Timeout(TimeSpan.FromMilliseconds(20), async Coroutine (_) => await waiting.Ask("BLPOP", "list", "0")));
        while ((long)(await other.Ask("CLIENT", "UNBLOCK", $"{id}"))! == 0)
        {
        }

        Assert.Null(await waiting.Reply());
        Assert.Equal(id, await waiting.Ask("CLIENT", "ID"));
    });

    [Fact(Timeout = 60000)]
    public void Redis_HundredConnectionsAtOnce_LoseNoCommand() => With(async Coroutine (server) =>
    {
        await LoopTaskGroup.Run(async Coroutine (group) =>
        {
            for (int i = 0; i < 100; i++)
            {
                _ = group.CreateTask(Count(server));
            }

            await LoopTask.Yield();
        });
        await using RedisConnection redis = await Connect(server);
        Assert.Equal("5000", RedisConnection.Text(await redis.Ask("GET", "counter")));
    });

    [Fact(Timeout = 60000)]
    public void Redis_OverAUnixSocket_Answers() => With(async Coroutine (server) =>
    {
        await using var redis = new RedisConnection(await Loop.OpenUnixConnection(server.Socket));
        Assert.Equal("hello", RedisConnection.Text(await redis.Ask("ECHO", "hello")));
    });

    [Fact(Timeout = 60000)]
    public void Redis_KilledWhileWeWait_EndsTheWait() => With(async Coroutine (server) =>
    {
        RedisConnection redis = await Connect(server);
        redis.Send("BLPOP", "list", "0");
        LoopTask<object?> pop = Loop.CreateTask(redis.Reply());
        await LoopTask.Yield();
        server.Kill();
        try
        {
            await pop;
            Assert.Fail("It answered.");
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // An end in mid-answer, or a reset.
            redis.Stream.Writer.Close();
        }
    });

    [Fact(Timeout = 60000)]
    public void Redis_OverTlsWithOurCertificate_AnswersAndWithoutItDoesNot() => With(
        async Coroutine (server) =>
        {
            SslClientAuthenticationOptions tls = TestCertificates.ClientOptions();
            tls.ClientCertificates = [TestCertificates.Client];
            await using (RedisConnection redis = await Connect(server, tls))
            {
                Assert.Equal("PONG", await redis.Ask("PING"));
                byte[] value = RandomNumberGenerator.GetBytes(500_000);
                redis.Send(["SET"u8.ToArray(), "key"u8.ToArray(), value]);
                Assert.Equal("OK", await redis.Reply());
                Assert.Equal(value, (byte[])(await redis.Ask("GET", "key"))!);
            }

            // With TLS 1.3 our side of the handshake is over before the server has judged our certificate; then we hear of it in its alert, or
            // by the reset that follows it.
            Exception refusal = await Throws<Exception>(async Coroutine () =>
            {
                RedisConnection stranger = await Connect(server, TestCertificates.ClientOptions());
                try
                {
                    await stranger.Ask("PING");
                }
                finally
                {
                    stranger.Stream.Writer.Close();
                }
            });
            Assert.True(refusal is IOException or SocketException or AuthenticationException, refusal.ToString());
        },
        withTls: true);

    private void With(Func<RedisServer, Coroutine> body, bool withTls = false) => Run(async Coroutine () =>
    {
        using RedisServer server = await RedisServer.Start(withTls);
        await body(server);
    });

    private async Coroutine<RedisConnection> Connect(RedisServer server, SslClientAuthenticationOptions? tls = null)
        => new(await Loop.OpenConnection("127.0.0.1", server.Port, new ConnectOptions { Ssl = tls }));

    private async Coroutine Count(RedisServer server)
    {
        await using RedisConnection redis = await Connect(server);
        for (int i = 0; i < 50; i++)
        {
            Assert.IsType<long>(await redis.Ask("INCR", "counter"));
        }
    }

    private static async Coroutine<List<string>> Listen(RedisConnection subscriber, int count)
    {
        List<string> messages = [];
        while (messages.Count < count)
        {
            messages.Add(RedisConnection.Text(((object?[])(await subscriber.Reply())!)[2]));
        }

        return messages;
    }
}
