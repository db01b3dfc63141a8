using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Bridge.Benchmarks.Serving;
using Bridge.Benchmarks.Worlds;
using Bridge.TestKit;

namespace Bridge.Benchmarks.Tests;

/// <summary>A tiny run of every server that needs nothing but .NET, each a process of its own.</summary>
[SupportedOSPlatform("linux")]
[Collection("Programs")]
public sealed class ServerTests
{
    private const int Size = 200_000;

    public ServerTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Programs are pinned to a processor on Linux only.");

    public static TheoryData<string> Kinds => [.. Managed().Select(kind => kind.Name)];

    [Theory(Timeout = 60000)]
    [MemberData(nameof(Kinds))]
    public Task Echo_GivesBackEveryByteOfBothConnections(string name) => Task.Run(() =>
    {
        using var server = new ServerProcess(Find(name).Command(new ServerJob(Counts: false, 4096)));
        using Socket first = Connect(server.Port);
        using Socket second = Connect(server.Port);
        ServerUse before = server.Use();

        byte[] message = RandomBytes();
        foreach (Socket socket in new[] { first, second, first })
        {
            Task sending = Task.Run(() => socket.Send(message));
            Assert.Equal(message, Receive(socket, message.Length));
            sending.GetAwaiter().GetResult();
        }

        ServerUse after = server.Use();
        Assert.True(after.Processor >= before.Processor);
        Assert.True(after.Allocated > before.Allocated);
        Assert.True(server.LiveBytes() > 0);
    });

    [Theory(Timeout = 60000)]
    [MemberData(nameof(Kinds))]
    public Task Count_AnswersTheTotalAtTheEnd(string name) => Task.Run(() =>
    {
        using var server = new ServerProcess(Find(name).Command(new ServerJob(Counts: true, 4096)));
        using Socket socket = Connect(server.Port);

        socket.Send(RandomBytes());
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(Size, BinaryPrimitives.ReadInt64LittleEndian(Receive(socket, sizeof(long))));
        Assert.Equal(0, socket.Receive(new byte[1]));
    });

    [Theory(Timeout = 60000)]
    [MemberData(nameof(Kinds))]
    public async Task Input_WhenItEnds_EndsTheServer(string name)
    {
        using RealPeer process = RealPeer.Start(Find(name).Command(new ServerJob(Counts: false, 4096)).ToStartInfo());
        Assert.StartsWith("ready ", await process.ReadUntil(""), StringComparison.Ordinal);

        Assert.Equal(0, (await process.End()).ExitCode);
    }

    [Fact(Timeout = 60000)]
    public Task Kestrel_OverEachTransport_AnswersPlaintext() => Task.Run(async () =>
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Path.Combine(Peers.Root, "benchmarks", "Bridge.Benchmarks.Web", "bin", configuration, "net10.0", "Bridge.Benchmarks.Web.dll");
        using RealPeer list = RealPeer.Start(PeerCommand.OfFile("web", program, "list").ToStartInfo());
        string[] kinds = (await list.End()).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("kestrel", kinds);
        Assert.Equal(1 + ServerKind.OurWeb.Count, kinds.Length);

        foreach (string kind in kinds)
        {
            using var server = new ServerProcess(PeerCommand.OfFile("web", program, kind));
            using var client = new HttpClient();

            string answer = await client.GetStringAsync(new Uri($"http://127.0.0.1:{server.Port}/plaintext"));

            Assert.Equal("Hello, World!", answer);
            Assert.NotNull(server.Use().Allocated);
        }
    });

    [Fact(Timeout = 60000)]
    public Task Start_OfAKindThatIsNot_NamesIt() => Task.Run(() =>
    {
        PeerCommand command = ServerKind.Socket.Command(new ServerJob(Counts: false, 4096)) with { Row = "carrier-pigeon echo" };
        string[] arguments = [.. command.Arguments.Select(it => it == "socket" ? "carrier-pigeon" : it)];

        var exception = Assert.Throws<MissingPeerException>(() => new ServerProcess(command with { Arguments = arguments }));

        Assert.Contains("has no row \"carrier-pigeon echo\"", exception.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Answer_SpeaksTheLinesUntilItIsToldToQuit()
    {
        var output = new StringWriter();

        int exitCode = ControlLines.Answer(new StringReader("stat\nlive\nquit\nstat\n"), output, 1234);

        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(0, exitCode);
        Assert.Equal("ready 1234", lines[0]);
        Assert.Equal(2, PeerProcess.Parse(lines[1]).Length);
        Assert.Single(PeerProcess.Parse(lines[2]));
        Assert.Equal(3, lines.Length);
    }

    [Fact]
    public void Answer_ToNonsense_IsAFailure()
        => Assert.Equal(1, ControlLines.Answer(new StringReader("status\n"), new StringWriter(), 1));

    [Fact]
    public void Parse_OfACommandLine_ReadsJobAndBuffer()
    {
        Assert.Equal(new ServeOptions("socket", Counts: false), ServeOptions.Parse(["socket", "echo"]));
        Assert.Equal(new ServeOptions("bridge-await", Counts: true, 65536), ServeOptions.Parse(["bridge-await", "count", "--buffer", "65536"]));
    }

    [Theory]
    [InlineData]
    [InlineData("socket")]
    [InlineData("socket", "sing")]
    [InlineData("socket", "echo", "--buffer")]
    [InlineData("socket", "echo", "--buffer", "0")]
    [InlineData("socket", "echo", "--buffer", "many")]
    public void Parse_OfNonsense_QuotesIt(params string[] arguments)
        => Assert.Contains(string.Join(' ', arguments), Assert.Throws<FormatException>(() => ServeOptions.Parse(arguments)).Message, StringComparison.Ordinal);

    private static IEnumerable<ServerKind> Managed() => [ServerKind.Socket, ServerKind.SocketInline, .. ServerKind.Ours];

    private static ServerKind Find(string name) => Managed().First(kind => kind.Name == name);

    private static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private static byte[] RandomBytes()
    {
        var bytes = new byte[Size];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Receive(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (int got = 0; got < count;)
        {
            int more = socket.Receive(bytes.AsSpan(got));
            Assert.NotEqual(0, more);
            got += more;
        }

        return bytes;
    }
}
