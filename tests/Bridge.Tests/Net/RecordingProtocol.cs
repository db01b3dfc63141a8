using System.Text;
using Bridge.Net;

namespace Bridge.Tests.Net;

/// <summary>Writes down what it hears, and lets the test step in.</summary>
internal sealed class RecordingProtocol : Protocol
{
    internal List<string> Heard { get; } = [];

    internal List<byte> Data { get; } = [];

    internal Transport Transport { get; private set; } = null!;

    internal Exception? Failure { get; private set; }

    /// <summary>Done when ConnectionLost was called.</summary>
    internal LoopFuture<bool> Lost { get; } = EventLoop.Current.CreateFuture<bool>();

    internal bool KeepOpen { get; init; }

    internal Action<RecordingProtocol>? OnMade { get; init; }

    internal Action<RecordingProtocol>? OnData { get; set; }

    internal Action<RecordingProtocol>? OnEof { get; init; }

    internal Action<RecordingProtocol>? OnLost { get; init; }

    internal Action<RecordingProtocol>? OnPause { get; init; }

    internal Action<RecordingProtocol>? OnResume { get; init; }

    internal string Text => Encoding.ASCII.GetString([.. Data]);

    public override void ConnectionMade(BaseTransport transport)
    {
        Transport = (Transport)transport;
        Heard.Add("made");
        OnMade?.Invoke(this);
    }

    public override void DataReceived(ReadOnlySpan<byte> data)
    {
        Data.AddRange(data);
        Heard.Add("data");
        OnData?.Invoke(this);
    }

    public override bool EofReceived()
    {
        Heard.Add("eof");
        OnEof?.Invoke(this);
        return KeepOpen;
    }

    public override void ConnectionLost(Exception? exception)
    {
        Failure = exception;
        Heard.Add(exception is null ? "lost" : $"lost {exception.GetType().Name}");
        Lost.TrySetResult(true);
        OnLost?.Invoke(this);
    }

    public override void PauseWriting()
    {
        Heard.Add("pause");
        OnPause?.Invoke(this);
    }

    public override void ResumeWriting()
    {
        Heard.Add("resume");
        OnResume?.Invoke(this);
    }
}
