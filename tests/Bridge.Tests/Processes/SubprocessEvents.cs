using System.Text;
using Bridge.Net;

namespace Bridge.Tests.Processes;

/// <summary>A protocol that writes down what it hears of a child.</summary>
internal sealed class SubprocessEvents : SubprocessProtocol
{
    private readonly StringBuilder[] _data = [new(), new(), new()];

    /// <summary>In order, without data.</summary>
    internal List<string> Log { get; } = [];

    /// <summary>What to do besides, on each event, data included.</summary>
    internal Action<string>? On { get; set; }

    internal LoopFuture<bool> Exited { get; } = EventLoop.Running.CreateFuture<bool>();

    internal LoopFuture<Exception?> Lost { get; } = EventLoop.Running.CreateFuture<Exception?>();

    internal string Output => _data[1].ToString();

    internal string Error => _data[2].ToString();

    public override void ConnectionMade(BaseTransport transport) => Note("made");

    public override void PipeDataReceived(int descriptor, ReadOnlySpan<byte> data)
    {
        _data[descriptor].Append(Encoding.Latin1.GetString(data));
        On?.Invoke($"data {descriptor}");
    }

    public override void PipeConnectionLost(int descriptor, Exception? exception) => Note($"pipe {descriptor} lost{(exception is null ? "" : " " + exception.GetType().Name)}");

    public override void ProcessExited()
    {
        Note("exited");
        Exited.TrySetResult(true);
    }

    public override void ConnectionLost(Exception? exception)
    {
        Note("lost");
        Lost.TrySetResult(exception);
    }

    public override void PauseWriting() => Note("pause");

    public override void ResumeWriting() => Note("resume");

    /// <summary>Waits until the child has written this much to its output.</summary>
    internal async Coroutine<string> WaitForOutput(string end)
    {
        LoopFuture<bool> arrived = EventLoop.Running.CreateFuture<bool>();
        On = what => { if (Output.EndsWith(end, StringComparison.Ordinal)) { arrived.TrySetResult(true); } };
        On("now");
        await arrived;
        return Output;
    }

    private void Note(string what)
    {
        Log.Add(what);
        On?.Invoke(what);
    }
}
