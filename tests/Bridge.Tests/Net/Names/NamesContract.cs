using System.Net;
using System.Net.Sockets;
using Bridge.Executors;
using Bridge.Net;
using Bridge.Selectors;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Net;

/// <summary>Rows Z5 and Z6.</summary>
public abstract class NamesContract(ISelector selector) : IoTest(selector)
{
    [Theory(Timeout = 30000)]
    [InlineData("1.2.3.4", "1", AddressFamily.Unspecified, SocketType.Stream, "1.2.3.4:1")]
    [InlineData("1.2.3.4", "", AddressFamily.Unspecified, SocketType.Stream, "1.2.3.4:0")]
    [InlineData("1.2.3.4", null, AddressFamily.InterNetwork, SocketType.Dgram, "1.2.3.4:0")]
    [InlineData("::3", "1", AddressFamily.Unspecified, SocketType.Stream, "[::3]:1")]
    [InlineData("::3", "1", AddressFamily.InterNetworkV6, SocketType.Dgram, "[::3]:1")]
    [InlineData("::ffff:1.2.3.4", "1", AddressFamily.Unspecified, SocketType.Stream, "[::ffff:1.2.3.4]:1")]
    public void TryLiteral_AddressAndNumber_NeedsNoResolver(string host, string? service, AddressFamily family, SocketType type, string expected)
    {
        AddressInfo info = new NameQuery(host, service, family, type).TryLiteral()!;
        Assert.Equal(expected, info.Address.ToString());
        Assert.Equal(info.Address.AddressFamily, info.Family);
        Assert.Equal(type, info.SocketType);
        Assert.Equal(type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp, info.Protocol);
        Assert.Null(info.CanonicalName);
    }

    [Theory(Timeout = 30000)]
    [InlineData("localhost", "1", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData(null, "1", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("", "1", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("127.1", "1", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("1.2.3.04", "1", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("0x7f000001", "1", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("[::1]", "1", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("[::1]:80", "1", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("::1%lo0", "1", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("1.2.3.4", "http", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("1.2.3.4", "65536", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("1.2.3.4", "-1", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("1.2.3.4", "1", AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("::3", "1", AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Unspecified)]
    [InlineData("1.2.3.4", "1", AddressFamily.Unspecified, SocketType.Raw, ProtocolType.Unspecified)]
    [InlineData("1.2.3.4", "1", AddressFamily.Unspecified, SocketType.Unknown, ProtocolType.Unspecified)]
    [InlineData("1.2.3.4", "1", AddressFamily.Unspecified, SocketType.Stream, ProtocolType.Icmp)]
    public void TryLiteral_AnythingElse_IsLeftToTheResolver(string? host, string service, AddressFamily family, SocketType type, ProtocolType protocol)
        => Assert.Null(new NameQuery(host, service, family, type, protocol).TryLiteral());

    [Fact(Timeout = 30000)]
    public void EnsureResolved_Literal_AsksNobody() => Run(async Coroutine () =>
    {
        var resolver = new ScriptedResolver().With("name", new IPEndPoint(IPAddress.Parse("10.0.0.1"), 0));
        Loop.Resolver = resolver;
        await Loop.EnsureResolved(new NameQuery("::1", "80", SocketType: SocketType.Stream));
        Assert.Empty(resolver.Asked);
        AddressInfo found = Assert.Single(await Loop.EnsureResolved(new NameQuery("name", "80", SocketType: SocketType.Stream)));
        Assert.Equal("10.0.0.1:80", found.Address.ToString());
        Assert.Single(resolver.Asked);
    });

    [Fact(Timeout = 30000)]
    public void EnsureResolved_EmptyAnswer_IsAnErrorThatNamesTheHost() => Run(async Coroutine () =>
    {
        Loop.Resolver = new ScriptedResolver().With("empty");
        SocketException failure = await Throws<SocketException>(async Coroutine () => await Loop.EnsureResolved(new NameQuery("empty", "80")));
        Assert.Contains("empty:80", failure.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void GetAddressInfo_Localhost_IsWhatTheSystemSays() => Run(async Coroutine () =>
    {
        AddressInfo[] infos = await Loop.GetAddressInfo("localhost", 80, AddressFamily.InterNetwork, SocketType.Stream);
        AddressInfo info = Assert.Single(infos.Distinct());
        Assert.Equal(new AddressInfo(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp, null, new IPEndPoint(IPAddress.Loopback, 80)), info);
    });

    [Fact(Timeout = 30000)]
    public void GetAddressInfo_AllTypes_GivesEachOfThem() => Run(async Coroutine () =>
    {
        AddressInfo[] infos = await Loop.GetAddressInfo("127.0.0.1", 80);
        Assert.Contains(infos, info => info is { SocketType: SocketType.Stream, Protocol: ProtocolType.Tcp });
        Assert.Contains(infos, info => info is { SocketType: SocketType.Dgram, Protocol: ProtocolType.Udp });
    });

    [Fact(Timeout = 30000)]
    public void GetAddressInfo_ServiceName_IsLookedUp() => Run(async Coroutine () =>
    {
        Assert.SkipUnless(File.Exists("/etc/services"), "The system has no list of services.");
        AddressInfo[] infos = await Loop.GetAddressInfo("127.0.0.1", "http", socketType: SocketType.Stream);
        Assert.Equal(80, infos[0].Address.Port);
    });

    [Fact(Timeout = 30000)]
    public void GetAddressInfo_Flags_ReachTheSystem() => Run(async Coroutine () =>
    {
        AddressInfo[] passive = await Loop.GetAddressInfo(null, 7, AddressFamily.InterNetwork, SocketType.Stream, flags: AddressInfoFlags.Passive);
        Assert.Equal(IPAddress.Any, Assert.Single(passive).Address.Address);
        AddressInfo[] active = await Loop.GetAddressInfo(null, 7, AddressFamily.InterNetwork, SocketType.Stream);
        Assert.Equal(IPAddress.Loopback, Assert.Single(active).Address.Address);
        AddressInfo[] named = await Loop.GetAddressInfo("127.0.0.1", 7, socketType: SocketType.Stream, flags: AddressInfoFlags.CanonicalName);
        Assert.Equal("127.0.0.1", named[0].CanonicalName);
        AddressInfo[] nothing = await Loop.GetAddressInfo(null, null, AddressFamily.InterNetwork, SocketType.Stream);
        Assert.Equal(0, Assert.Single(nothing).Address.Port);
        await Throws<SocketException>(async Coroutine () => await Loop.GetAddressInfo("localhost", 7, flags: AddressInfoFlags.NumericHost));
    });

    [Fact(Timeout = 30000)]
    public void GetAddressInfo_Scope_IsKept() => Run(async Coroutine () =>
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6 && OperatingSystem.IsLinux(), "The name of the loopback interface is Linux's.");
        AddressInfo[] infos = await Loop.GetAddressInfo("fe80::1%1", 80, socketType: SocketType.Stream);
        Assert.Equal(1, infos[0].Address.Address.ScopeId);
    });

    [Fact(Timeout = 30000)]
    public void GetAddressInfo_UnknownHost_NamesHostAndReason() => Run(async Coroutine () =>
    {
        // RFC 6761: "invalid" never resolves; numeric only, so that nobody is asked.
        SocketException failure = await Throws<SocketException>(
            async Coroutine () => await Loop.GetAddressInfo("no.such.invalid", 80, flags: AddressInfoFlags.NumericHost));
        Assert.Equal(SocketError.HostNotFound, failure.SocketErrorCode);
        Assert.Contains("no.such.invalid:80", failure.Message, StringComparison.Ordinal);
    });

    [Fact(Timeout = 30000)]
    public void GetAddressInfo_BadArguments_ThrowAtTheCall()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.GetAddressInfo("localhost", 65536));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.GetAddressInfo("localhost", -1));
        Assert.Throws<ArgumentNullException>(() => Loop.GetNameInfo(null!));
    }

    [Fact(Timeout = 30000)]
    public void GetNameInfo_Numeric_IsTheAddress() => Run(async Coroutine () =>
    {
        (string host, string service) = await Loop.GetNameInfo(new IPEndPoint(IPAddress.Loopback, 80), NameInfoFlags.NumericHost | NameInfoFlags.NumericService);
        Assert.Equal(("127.0.0.1", "80"), (host, service));
        (host, service) = await Loop.GetNameInfo(new IPEndPoint(IPAddress.IPv6Loopback, 81), NameInfoFlags.NumericHost | NameInfoFlags.NumericService);
        Assert.Equal(("::1", "81"), (host, service));
    });

    [Fact(Timeout = 30000)]
    public void GetNameInfo_Loopback_HasAName() => Run(async Coroutine () =>
    {
        Assert.SkipUnless(File.Exists("/etc/services"), "The system has no list of services.");
        (string host, string service) = await Loop.GetNameInfo(new IPEndPoint(IPAddress.Loopback, 80));
        Assert.Equal("localhost", host);
        Assert.Equal("http", service);
    });

    [Fact(Timeout = 30000)]
    public void GetAddressInfo_RunsInTheDefaultExecutor() => Run(async Coroutine () =>
    {
        using var executor = new ThreadPoolExecutor(1, namePrefix: "names");
        Loop.SetDefaultExecutor(executor);
        Loop.Resolver = new CallbackResolver(() => Assert.StartsWith("names", Thread.CurrentThread.Name, StringComparison.Ordinal));
        await Loop.GetAddressInfo("host", 80);
    });

    [Fact(Timeout = 30000)]
    public void GetAddressInfo_Cancelled_EndsTheWaitAtOnce() => Run(async Coroutine () =>
    {
        using var gate = new ManualResetEventSlim();
        Loop.Resolver = new CallbackResolver(gate.Wait);
        LoopTask<AddressInfo[]> task = Loop.CreateTask(Loop.GetAddressInfo("host", 80));
        await LoopTask.Yield();
        task.Cancel();
        Assert.IsType<LoopCanceledException>(await Outcome.Of(task), exactMatch: false);
        gate.Set();
        await Loop.ShutdownDefaultExecutor();
    });

    [Theory(Timeout = 30000)]
    [InlineData(0, LogLevel.Information)]
    [InlineData(1000, LogLevel.Debug)]
    public void GetAddressInfo_InDebugMode_LogsHowLongItTook(int slowAfter, LogLevel expected)
    {
        var logger = new RecordingLogger();
        using var loop = new SelectorEventLoop(Selector.Another(), new EventLoopOptions { Logger = logger, Debug = true });
        loop.SlowCallbackDuration = TimeSpan.FromSeconds(slowAfter == 0 ? 0 : 1000);
        loop.Resolver = new CallbackResolver(() => { });
        loop.RunUntilComplete(loop.GetAddressInfo("host", 80));
        Assert.Single(logger.Records, record => record.Level == expected && record.Text.Contains("Lookup of host:80 took", StringComparison.Ordinal));
    }

    [Fact(Timeout = 30000)]
    public void DnsResolver_WhatDnsCanDo_IsTheSame()
    {
        var resolver = new DnsResolver();
        AddressInfo info = Assert.Single(resolver.GetAddressInfo(new NameQuery("127.0.0.1", "80", SocketType: SocketType.Stream)));
        Assert.Equal(new AddressInfo(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp, null, new IPEndPoint(IPAddress.Loopback, 80)), info);
        AddressInfo[] passive = resolver.GetAddressInfo(new NameQuery(null, null, SocketType: SocketType.Dgram, Flags: AddressInfoFlags.Passive));
        Assert.Equal([IPAddress.Any, IPAddress.IPv6Any], passive.Select(static info => info.Address.Address));
        Assert.Contains(resolver.GetAddressInfo(new NameQuery("localhost", "7", AddressFamily.InterNetwork)), static info => info.SocketType == SocketType.Raw);
        Assert.Equal(("::1", "81"), resolver.GetNameInfo(new IPEndPoint(IPAddress.IPv6Loopback, 81), NameInfoFlags.NumericHost | NameInfoFlags.NumericService));
        SocketException failure = Assert.Throws<SocketException>(() => resolver.GetAddressInfo(new NameQuery("x.invalid", "80", Flags: AddressInfoFlags.NumericHost)));
        Assert.Contains("x.invalid:80", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30000)]
    public void DnsResolver_WhatDnsCannotDo_SaysSo()
    {
        var resolver = new DnsResolver();
        Assert.Throws<PlatformNotSupportedException>(() => resolver.GetAddressInfo(new NameQuery("127.0.0.1", "http")));
        Assert.Throws<PlatformNotSupportedException>(() => resolver.GetAddressInfo(new NameQuery("127.0.0.1", "80", Flags: AddressInfoFlags.AddressConfigured)));
        Assert.Throws<PlatformNotSupportedException>(() => resolver.GetNameInfo(new IPEndPoint(IPAddress.Loopback, 80), NameInfoFlags.None));
    }

    private sealed class CallbackResolver(Action callback) : NameResolver
    {
        internal override AddressInfo[] GetAddressInfo(NameQuery query)
        {
            callback();
            return [];
        }

        internal override (string Host, string Service) GetNameInfo(IPEndPoint address, NameInfoFlags flags) => throw new NotSupportedException();
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollNamesTests() : NamesContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollNamesTests() : NamesContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectNamesTests() : NamesContract(new SelectSelector());
