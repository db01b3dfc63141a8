using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Net;

namespace Bridge.Tests.Net;

/// <summary>Writes down the datagrams it gets and what else it hears.</summary>
internal sealed class RecordingDatagramProtocol : DatagramProtocol
{
    internal List<string> Heard { get; } = [];

    internal List<EndPoint?> Senders { get; } = [];

    internal List<SocketError> Errors { get; } = [];

    internal DatagramTransport Transport { get; private set; } = null!;

    internal Exception? Failure { get; private set; }

    /// <summary>Done when ConnectionLost was called.</summary>
    internal LoopFuture<bool> Lost { get; } = EventLoop.Current.CreateFuture<bool>();

    internal Action<RecordingDatagramProtocol>? OnMade { get; init; }

    internal Action<RecordingDatagramProtocol>? OnDatagram { get; init; }

    internal Action<RecordingDatagramProtocol>? OnError { get; init; }

    /// <summary>Sends each datagram back and writes nothing down.</summary>
    internal bool IsEcho { get; init; }

    /// <summary>How many datagrams came; at these two it looks how much the thread has allocated.</summary>
    internal int Count { get; private set; }

    internal (int From, int To) Measured { get; init; }

    internal long Allocated { get; private set; }

    internal LoopFuture<bool> IsMeasured { get; } = EventLoop.Current.CreateFuture<bool>();

    public override void ConnectionMade(BaseTransport transport)
    {
        Transport = (DatagramTransport)transport;
        Heard.Add("made");
        OnMade?.Invoke(this);
    }

    public override void DatagramReceived(ReadOnlySpan<byte> data, EndPoint? address)
    {
        Count++;
        if (IsEcho)
        {
            Transport.SendTo(data, address);
            Measure();
            return;
        }

        Heard.Add($"data {(data.Length < 100 ? Encoding.ASCII.GetString(data) : data.Length)}");
        Senders.Add(address);
        OnDatagram?.Invoke(this);
    }

    public override void ErrorReceived(SocketException exception)
    {
        Errors.Add(exception.SocketErrorCode);
        OnError?.Invoke(this);
    }

    public override void PauseWriting() => Heard.Add("pause");

    public override void ResumeWriting() => Heard.Add("resume");

    public override void ConnectionLost(Exception? exception)
    {
        Failure = exception;
        Heard.Add("lost");
        Lost.TrySetResult(true);
    }

    private void Measure()
    {
        if (Count == Measured.From)
        {
            Allocated = -GC.GetAllocatedBytesForCurrentThread();
        }
        else if (Count == Measured.To)
        {
            Allocated += GC.GetAllocatedBytesForCurrentThread();
            IsMeasured.TrySetResult(true);
        }
    }
}
