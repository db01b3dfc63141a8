using System.Text;
using Bridge.Net;

namespace Bridge.Tests.Net;

/// <summary>Writes down what a protocol hears, and that it hears it on the loop thread, with the loop's context.</summary>
internal sealed class Recorder
{
    private readonly EventLoop _loop;
    private readonly List<(Func<bool> Until, LoopFuture<bool> Waiter)> _waiters = [];
    private readonly System.Buffers.ArrayBufferWriter<byte> _data = new();

    internal Recorder(EventLoop loop) => _loop = loop;

    internal List<string> Calls { get; } = [];

    internal byte[] Data => _data.WrittenSpan.ToArray();

    internal string Text => Encoding.UTF8.GetString(Data);

    internal long Length => _data.WrittenCount;

    internal Exception? Loss { get; private set; }

    internal bool IsLost { get; private set; }

    internal BaseTransport? Transport { get; set; }

    /// <summary>Waits until something about this recorder holds.</summary>
    internal async Coroutine Until(Func<bool> condition)
    {
        while (!condition())
        {
            LoopFuture<bool> waiter = _loop.CreateFuture<bool>();
            _waiters.Add((condition, waiter));
            await waiter;
        }
    }

    internal Coroutine UntilReceived(int count) => Until(() => Length >= count);

    internal Coroutine UntilLost() => Until(() => IsLost);

    internal void Note(string call)
    {
        Assert.True(_loop.IsOnLoopThread);
        Assert.Same(_loop.SynchronizationContext, SynchronizationContext.Current);
        if (Calls.Count == 0 || Calls[^1] != call)
        {
            Calls.Add(call);
        }

        foreach ((Func<bool> until, LoopFuture<bool> waiter) in _waiters.ToArray())
        {
            if (until())
            {
                waiter.TrySetResult(true);
            }
        }

        _waiters.RemoveAll(static entry => entry.Waiter.IsDone);
    }

    internal void Receive(ReadOnlySpan<byte> data)
    {
        data.CopyTo(_data.GetSpan(data.Length));
        _data.Advance(data.Length);
        Note("data");
    }

    internal void Lose(Exception? exception)
    {
        Loss = exception;
        IsLost = true;
        Note("lost");
    }
}

/// <summary>A protocol over a <see cref="Recorder"/>.</summary>
internal class WatchedProtocol(EventLoop loop) : Protocol
{
    internal Recorder Heard { get; } = new(loop);

    internal Action<byte[]>? OnData { get; set; }

    internal Action<Transport>? OnMade { get; set; }

    internal Func<bool>? OnEof { get; set; }

    public override void ConnectionMade(BaseTransport transport)
    {
        Heard.Transport = transport;
        Heard.Note("made");
        OnMade?.Invoke((Transport)transport);
    }

    public override void DataReceived(ReadOnlySpan<byte> data)
    {
        Heard.Receive(data);
        OnData?.Invoke(data.ToArray());
    }

    public override bool EofReceived()
    {
        Heard.Note("eof");
        return OnEof?.Invoke() ?? false;
    }

    public override void ConnectionLost(Exception? exception) => Heard.Lose(exception);

    public override void PauseWriting() => Heard.Note("pause");

    public override void ResumeWriting() => Heard.Note("resume");
}

/// <summary>The same, buffered; its buffer is of an odd size.</summary>
internal sealed class WatchedBufferedProtocol(EventLoop loop, int size = 777) : BufferedProtocol
{
    private readonly byte[] _buffer = new byte[size];

    internal Recorder Heard { get; } = new(loop);

    public override void ConnectionMade(BaseTransport transport)
    {
        Heard.Transport = transport;
        Heard.Note("made");
    }

    public override Memory<byte> GetBuffer(int sizeHint) => _buffer;

    public override void BufferUpdated(int count) => Heard.Receive(_buffer.AsSpan(0, count));

    public override bool EofReceived()
    {
        Heard.Note("eof");
        return false;
    }

    public override void ConnectionLost(Exception? exception) => Heard.Lose(exception);
}
