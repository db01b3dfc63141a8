using System.Text;
using Bridge.Net;

namespace Bridge.Tests.Processes;

/// <summary>A protocol that writes down what it hears; neighbouring pieces of data become one.</summary>
internal sealed class PipeEvents : Protocol
{
    private readonly StringBuilder _data = new();

    internal List<string> Log { get; } = [];

    internal BaseTransport? Transport { get; private set; }

    /// <summary>Done by ConnectionLost, with its argument.</summary>
    internal LoopFuture<Exception?> Lost { get; } = EventLoop.Running.CreateFuture<Exception?>();

    /// <summary>What to do besides, on each event.</summary>
    internal Action<string>? On { get; init; }

    internal int Received { get; private set; }

    internal string Text => _data.ToString();

    public override void ConnectionMade(BaseTransport transport)
    {
        Transport = transport;
        Note("made");
    }

    public override void DataReceived(ReadOnlySpan<byte> data)
    {
        Received += data.Length;
        _data.Append(Encoding.Latin1.GetString(data));
        if (Log[^1] != "data")
        {
            Log.Add("data");
        }

        On?.Invoke("data");
    }

    public override bool EofReceived()
    {
        Note("eof");
        return true;
    }

    public override void PauseWriting() => Note("pause");

    public override void ResumeWriting() => Note("resume");

    public override void ConnectionLost(Exception? exception)
    {
        Note("lost");
        Lost.TrySetResult(exception);
    }

    private void Note(string what)
    {
        Log.Add(what);
        On?.Invoke(what);
    }
}
