using System.Net;
using System.Net.Sockets;
using Bridge.Net;
using Bridge.Selectors;
using Bridge.Tests.Processes;

namespace Bridge.Tests.Net;

/// <summary>Signals that interrupt the loop thread's system calls (EINTR), wherever it is, hundreds of times a second.</summary>
[Collection(ProcessesCollection.Name)]
public abstract class InterruptedContract(ISelector selector) : IoTest(selector)
{
    private const int Size = 2_000_000;

    [Fact(Timeout = 60000)]
    public void Streams_UnderInterruption_CarryEachByte() => Storm(async Coroutine () =>
    {
        byte[] sent = TlsTest.Data(Size);
        await using Server server = await Loop.StartServer(Echo, "127.0.0.1", 0);
        await using LoopStream client = await Loop.OpenConnection(server.Sockets[0].LocalEndPoint!);
        LoopTask sending = Loop.CreateTask(Send(client, sent));
        byte[] received = await client.Reader.ReadExactlyAsync(Size);
        Assert.True(sent.AsSpan().SequenceEqual(received));
        await sending;
    });

    [Fact(Timeout = 60000)]
    public void Operations_UnderInterruption_AreNeitherLostNorDoubled() => Storm(async Coroutine () =>
    {
        using Socket listener = Listen(backlog: 100);
        using Socket datagrams = NewSocket(AddressFamily.InterNetwork, SocketType.Dgram);
        datagrams.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var buffer = new byte[100];
        for (int i = 0; i < 50; i++)
        {
            using Socket client = NewSocket();
            LoopTask<Socket> accepting = Loop.CreateTask(Loop.SockAccept(listener));
            await Loop.SockConnect(client, listener.LocalEndPoint!);
            using Socket server = await accepting;
            LoopTask<int> receiving = Loop.CreateTask(Loop.SockReceive(server, buffer));
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(1));
            await Loop.SockSendAll(client, buffer.AsMemory(0, 7));
            Assert.Equal(7, await receiving);
            await Loop.SockSendTo(datagrams, buffer.AsMemory(0, i), datagrams.LocalEndPoint!);
            Assert.Equal(i, (await Loop.SockReceiveFrom(datagrams, buffer)).ReceivedBytes);
        }
    });

    [Fact(Timeout = 60000)]
    public void SendFile_UnderInterruption_SendsTheWholeFile() => Storm(async Coroutine () =>
    {
        using var path = new TemporaryPath();
        byte[] content = TlsTest.Data(Size);
        File.WriteAllBytes(path.Name, content);
        using FileStream file = File.OpenRead(path.Name);
        using var pair = new SocketPair();
        LoopTask<long> sending = Loop.CreateTask(Loop.SockSendFile(pair.Client, file));
        var received = new byte[Size];
        for (int done = 0; done < Size;)
        {
            done += await Loop.SockReceive(pair.Server, received.AsMemory(done));
        }

        Assert.Equal(Size, await sending);
        Assert.True(content.AsSpan().SequenceEqual(received));
        file.Dispose();
        File.Delete(path.Name);
    });

    [Fact(Timeout = 60000)]
    public void ChildrenAndPipes_UnderInterruption_EndWithTheirOutputs()
    {
        Assert.SkipWhen(Selector.Name == "select", "select watches sockets only.");
        Storm(async Coroutine () =>
        {
            byte[] input = TlsTest.Data(300_000);
            for (int i = 0; i < 5; i++)
            {
                LoopProcess process = await LoopProcess.StartAsync("cat", options: new ProcessOptions { StandardInput = Stdio.Pipe, StandardOutput = Stdio.Pipe });
                (byte[]? output, _) = await process.CommunicateAsync(input);
                Assert.True(input.AsSpan().SequenceEqual(output));
                Assert.Equal(0, await process.WaitAsync());
            }
        });
    }

    [Fact(Timeout = 60000)]
    public void Lookups_UnderInterruption_Answer() => Storm(async Coroutine () =>
    {
        for (int i = 0; i < 10; i++)
        {
            Assert.NotEmpty(await Loop.GetAddressInfo("localhost", 80));
        }

        await Loop.ShutdownDefaultExecutor();
    });

    private void Storm(Func<Coroutine> body)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sends signals to one thread.");
        using var storm = new SignalStorm();
        Run(async Coroutine () =>
        {
            await body();
            await Until(() => storm.Sent > 100);
        });
    }

    private static async Coroutine Echo(LoopStream stream)
    {
        await using (stream)
        {
            var buffer = new byte[64 * 1024];
            while (await stream.Reader.ReadAsync(buffer) is > 0 and var count)
            {
                stream.Writer.Write(buffer.AsSpan(0, count));
                await stream.Writer.DrainAsync();
            }
        }
    }

    private static async Coroutine Send(LoopStream stream, byte[] data)
    {
        for (int start = 0; start < data.Length; start += 50_000)
        {
            stream.Writer.Write(data.AsSpan(start, Math.Min(50_000, data.Length - start)));
            await stream.Writer.DrainAsync();
        }

        stream.Writer.WriteEof();
    }
}

/// <summary>On epoll.</summary>
public sealed class EpollInterruptedTests() : InterruptedContract(new EpollSelector());

/// <summary>On poll.</summary>
public sealed class PollInterruptedTests() : InterruptedContract(new PollSelector());

/// <summary>On select.</summary>
public sealed class SelectInterruptedTests() : InterruptedContract(new SelectSelector());
