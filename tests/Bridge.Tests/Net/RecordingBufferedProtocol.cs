using Bridge.Net;

namespace Bridge.Tests.Net;

/// <summary>Receives into a buffer of its own, writes down what it hears, and fails where it is told to.</summary>
internal sealed class RecordingBufferedProtocol(byte[] buffer) : BufferedProtocol
{
    internal List<string> Heard { get; } = [];

    internal List<byte> Received { get; } = [];

    internal Exception? Failure { get; private set; }

    internal bool IsLost { get; private set; }

    internal bool KeepOpen { get; init; }

    /// <summary>"get" or "updated": which method throws.</summary>
    internal string? Fails { get; init; }

    public override Memory<byte> GetBuffer(int sizeHint)
    {
        Heard.Add("get");
        return Fails == "get" ? throw new FormatException("get") : buffer;
    }

    public override void BufferUpdated(int count)
    {
        Heard.Add($"updated {count}");
        if (Fails == "updated")
        {
            throw new FormatException("updated");
        }

        Received.AddRange(buffer.AsSpan(0, count));
    }

    public override bool EofReceived()
    {
        Heard.Add("eof");
        return KeepOpen;
    }

    public override void ConnectionLost(Exception? exception)
    {
        Failure = exception;
        IsLost = true;
    }
}
