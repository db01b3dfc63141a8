using Bridge.Net;

namespace Bridge.AspNetCore;

/// <summary>The side of a connection that the loop sees.</summary>
internal sealed class LoopConnectionProtocol(LoopConnection connection) : BufferedProtocol
{
    public override void ConnectionMade(BaseTransport transport) => connection.Begun((Transport)transport);

    public override Memory<byte> GetBuffer(int sizeHint) => connection.GetBuffer();

    public override void BufferUpdated(int count) => connection.Received(count);

    public override bool EofReceived()
    {
        connection.ReceivedEnd();
        return true;
    }

    public override void PauseWriting() => connection.PauseSending();

    public override void ResumeWriting() => connection.ResumeSending();

    public override void ConnectionLost(Exception? exception) => connection.Lost(exception);
}
