using System.Text;
using Bridge.Net;
using Bridge.TestKit;

namespace Bridge.Tests.Net.Streams;

/// <summary>Tests with two streams that are connected in memory.</summary>
public abstract class StreamTest : LoopTest
{
    /// <summary>Connects two streams.</summary>
    private protected MemoryPair Connect(int limit = LoopStreamReader.DefaultLimit)
    {
        var near = new StreamProtocol(Loop, limit);
        var far = new StreamProtocol(Loop, limit);
        (MemoryTransport nearTransport, MemoryTransport farTransport) = MemoryTransport.Connect(Loop, near, far);
        RunTurns();
        return new MemoryPair(new LoopStream(near), new LoopStream(far), nearTransport, farTransport);
    }

    /// <summary>The same inside a coroutine.</summary>
    private protected async Coroutine<MemoryPair> Connected(int limit = LoopStreamReader.DefaultLimit)
    {
        var near = new StreamProtocol(Loop, limit);
        var far = new StreamProtocol(Loop, limit);
        (MemoryTransport nearTransport, MemoryTransport farTransport) = MemoryTransport.Connect(Loop, near, far);
        await LoopTask.Yield();
        return new MemoryPair(new LoopStream(near), new LoopStream(far), nearTransport, farTransport);
    }

    /// <summary>The same as <see cref="Close"/> inside a coroutine.</summary>
    private protected static async Coroutine CloseAsync(MemoryPair pair)
    {
        pair.Near.Writer.Close();
        pair.Far.Writer.Close();
        pair.FarTransport.Abort();
        pair.NearTransport.Abort();
        await LoopTask.Yield();
        await LoopTask.Yield();
    }

    private protected LoopStreamReader Reader(string text = "", int limit = LoopStreamReader.DefaultLimit)
    {
        var reader = new LoopStreamReader(limit, Loop);
        reader.FeedData(Bytes(text));
        return reader;
    }

    private protected static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private protected static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);

    /// <summary>Closes both ends and lets that come to its end, so that nothing is reported as forgotten.</summary>
    private protected void Close(MemoryPair pair)
    {
        pair.Near.Writer.Close();
        pair.Far.Writer.Close();
        pair.FarTransport.Abort();
        pair.NearTransport.Abort();
        RunTurns(3);
    }
}

internal sealed record MemoryPair(LoopStream Near, LoopStream Far, MemoryTransport NearTransport, MemoryTransport FarTransport);
