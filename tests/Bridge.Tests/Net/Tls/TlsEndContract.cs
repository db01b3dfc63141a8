using System.Net.Security;
using System.Reflection;
using System.Runtime.CompilerServices;
using Bridge.Net;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>Closing the loop in each state, what is left afterwards, and row AC6.</summary>
public abstract class TlsEndContract(Func<ISelector> newSelector)
{
    public static TheoryData<string> States => ["not begun", "handshaking", "wrapped", "flushing", "shutdown", "starting"];

    [Theory(Timeout = 60000)]
    [MemberData(nameof(States))]
    public void LoopClosed_InEachState_ClosesTheSocketsAndReportsOnce(string state)
    {
        var reports = new List<LoopErrorContext>();
        var loop = new SelectorEventLoop(newSelector()) { ExceptionHandler = (_, report) => reports.Add(report) };
        using var pair = new SocketPair();
        var client = new WatchedProtocol(loop);
        var server = new WatchedProtocol(loop);
        loop.RunUntilComplete(Reach());
        loop.Close();
        Assert.True(pair.Client.SafeHandle.IsClosed);
        Assert.True(pair.Server.SafeHandle.IsClosed || state is "handshaking" or "not begun");
        Assert.DoesNotContain("lost", client.Heard.Calls);
        if (state == "starting")
        {
            // A task that never ends is reported, too.
            reports.RemoveAll(static report => report.Message.Contains("Task", StringComparison.Ordinal));
        }

        // One for each end that was open, not for what carries it.
        int open = state switch { "not begun" or "handshaking" => 1, "flushing" or "shutdown" => 1, _ => 2 };
        Assert.Equal(open, reports.Count);
        Assert.All(reports, static report => Assert.StartsWith("unclosed transport", report.Message, StringComparison.Ordinal));

        async Coroutine Reach()
        {
            if (state == "starting")
            {
                var plain = new SocketTransport(loop, new SocketFile(pair.Client), client);
                _ = new SocketTransport(loop, new SocketFile(pair.Server), server);
                await client.Heard.Until(() => client.Heard.Calls.Count > 0);
                _ = loop.CreateTask(loop.StartTls(plain, client, TestCertificates.ClientOptions()));
                await server.Heard.UntilReceived(1);
                return;
            }

            LoopFuture<bool> ready = loop.CreateFuture<bool>();
            TlsTransport tls = TlsTest.OnSocket(loop, pair.Client, client, TlsTest.Client(), ready);
            if (state == "not begun")
            {
                return;
            }

            if (state == "handshaking")
            {
                await loop.SockReceive(pair.Server, new byte[1]);
                return;
            }

            _ = TlsTest.OnSocket(loop, pair.Server, server, TlsTest.Server());
            await ready;
            await server.Heard.Until(() => server.Heard.Calls.Count > 0);
            if (state == "flushing")
            {
                ((Transport)server.Heard.Transport!).PauseReading();
                tls.Write(new byte[16 * 1024 * 1024]);
            }

            if (state is "flushing" or "shutdown")
            {
                tls.Close();
                Assert.Contains(state, tls.ToString(), StringComparison.Ordinal);
            }
        }
    }

    [Fact(Timeout = 60000)]
    public void Connection_Ended_IsNotKeptAlive()
    {
        using var loop = new SelectorEventLoop(newSelector());
        WeakReference[] dropped = Connect(loop);
        loop.RunUntilComplete(Turn());
        for (int i = 0; i < 10 && dropped.Any(static reference => reference.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            loop.RunUntilComplete(Turn());
        }

        Assert.All(dropped, static reference => Assert.False(reference.IsAlive));

        static async Coroutine Turn() => await LoopTask.Yield();
    }

    [Fact(Timeout = 60000)]
    public void Connection_InSteadyState_AllocatesLittle()
    {
        using var loop = new SelectorEventLoop(newSelector());
        long allocated = 0;
        loop.RunUntilComplete(Body());

        // The test's own future, and what the stream itself takes for its two reads.
        Assert.True(allocated < 200 * 1000, $"{allocated / 200} bytes per round trip");

        async Coroutine Body()
        {
            var answered = new Counter(loop);
            var pair = new TlsPair(loop, clientProtocol: answered, serverProtocol: new Echo());
            await pair.Ready();
            byte[] request = TlsTest.Data(10);
            for (int i = 0; i < 400; i++)
            {
                if (i == 200)
                {
                    allocated = -GC.GetAllocatedBytesForCurrentThread();
                }

                pair.Client.Write(request);
                await answered.Next();
            }

            allocated += GC.GetAllocatedBytesForCurrentThread();
            pair.Client.Close();
            await answered.Lost;
            await LoopTask.Yield();
        }
    }

    private sealed class Echo : Protocol
    {
        private Transport? _transport;

        public override void ConnectionMade(BaseTransport transport) => _transport = (Transport)transport;

        public override void DataReceived(ReadOnlySpan<byte> data) => _transport!.Write(data);
    }

    private sealed class Counter(EventLoop loop) : Protocol
    {
        private LoopFuture<bool>? _waiter;
        private int _missing;

        internal LoopFuture<bool> Lost { get; } = loop.CreateFuture<bool>();

        internal LoopFuture<bool> Next()
        {
            _missing += 10;
            return _waiter = loop.CreateFuture<bool>();
        }

        public override void DataReceived(ReadOnlySpan<byte> data)
        {
            _missing -= data.Length;
            if (_missing == 0)
            {
                _waiter!.SetResult(true);
            }
        }

        public override void ConnectionLost(Exception? exception) => Lost.SetResult(true);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Connect(EventLoop loop)
    {
        WeakReference[] made = [];
        loop.RunUntilComplete(Body());
        return made;

        async Coroutine Body()
        {
            var pair = new TlsPair(loop);
            await pair.Ready();
            pair.Client.Write("x"u8);
            await pair.AtServer.UntilReceived(1);
            await pair.CloseBoth();
            made = [new WeakReference(pair.Client), new WeakReference(pair.Server), new WeakReference(pair.ClientProtocol), new WeakReference(pair.ServerProtocol)];
        }
    }

    [Theory]
    [InlineData(typeof(SslClientAuthenticationOptions))]
    [InlineData(typeof(SslServerAuthenticationOptions))]
    public void Options_AreCopied_EachOfThem(Type type)
    {
        MethodInfo copy = typeof(TlsSettings).GetMethod("Copy", BindingFlags.NonPublic | BindingFlags.Static, [type])!;
        foreach (PropertyInfo property in type.GetProperties())
        {
            object options = Activator.CreateInstance(type)!;
            object value = Other(property.PropertyType, property.GetValue(options));
            property.SetValue(options, value);
            object? copied = property.GetValue(copy.Invoke(null, [options]));
            if (value is System.Collections.IEnumerable)
            {
                Assert.Equal(value, copied);
            }
            else if (value is System.Security.Cryptography.X509Certificates.X509ChainPolicy)
            {
                Assert.NotNull(copied);
            }
            else
            {
                Assert.True(Equals(value, copied), $"{property.Name} is not copied.");
            }
        }
    }

    private static object Other(Type type, object? value)
    {
        if (type == typeof(bool))
        {
            return !(bool)value!;
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).Cast<object>().First(other => !other.Equals(value) && (type != typeof(EncryptionPolicy) || other.ToString() == "AllowNoEncryption"));
        }

        if (type == typeof(string))
        {
            return "name";
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return type == typeof(RemoteCertificateValidationCallback) ? (RemoteCertificateValidationCallback)((_, _, _, errors) => errors == SslPolicyErrors.None)
                : type == typeof(LocalCertificateSelectionCallback) ? (LocalCertificateSelectionCallback)((_, _, _, _, _) => null!)
                : (ServerCertificateSelectionCallback)((_, _) => TestCertificates.Server);
        }

        if (type == typeof(List<SslApplicationProtocol>))
        {
            return new List<SslApplicationProtocol> { SslApplicationProtocol.Http11 };
        }

        return type.Name switch
        {
            "X509Certificate" => TestCertificates.Server,
            "X509CertificateCollection" => new System.Security.Cryptography.X509Certificates.X509CertificateCollection { TestCertificates.Server },
            "X509ChainPolicy" => TestCertificates.Trust(),
            "SslStreamCertificateContext" => SslStreamCertificateContext.Create(TestCertificates.Server, null, offline: true),
            "CipherSuitesPolicy" => OperatingSystem.IsLinux() ? new CipherSuitesPolicy([TlsCipherSuite.TLS_AES_128_GCM_SHA256]) : null!,
            _ => throw new InvalidOperationException($"{type} is new: copy it in TlsSettings, and make one here."),
        };
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollTlsEndTests() : TlsEndContract(static () => new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollTlsEndTests() : TlsEndContract(static () => new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectTlsEndTests() : TlsEndContract(static () => new SelectSelector());
