using System.Buffers.Binary;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge.Benchmarks.Serving;

/// <summary>A loop of ours with a protocol per connection.</summary>
internal static class ProtocolServer
{
    internal static void Listen(EventLoop loop, Socket listener, ServeOptions options)
        => loop.CreateTask(loop.CreateServer(
            options.Counts ? static () => new Count() : static () => new Echo(), listener, new ServerOptions { Backlog = ServeCommand.Backlog }));

    private sealed class Echo : Protocol
    {
        private Transport? _transport;

        public override void ConnectionMade(BaseTransport transport) => _transport = (Transport)transport;

        public override void DataReceived(ReadOnlySpan<byte> data) => _transport!.Write(data);

        /// <summary>Who does not read its answers is not read from.</summary>
        public override void PauseWriting() => _transport!.PauseReading();

        public override void ResumeWriting() => _transport!.ResumeReading();
    }

    private sealed class Count : Protocol
    {
        private readonly byte[] _answer = new byte[sizeof(long)];
        private Transport? _transport;
        private long _total;

        public override void ConnectionMade(BaseTransport transport) => _transport = (Transport)transport;

        public override void DataReceived(ReadOnlySpan<byte> data) => _total += data.Length;

        public override bool EofReceived()
        {
            BinaryPrimitives.WriteInt64LittleEndian(_answer, _total);
            _transport!.Write(_answer);
            return false;
        }
    }
}
