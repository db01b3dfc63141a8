namespace Bridge.Net;

/// <summary>TLS as its lower transport sees it: a protocol.</summary>
internal sealed class TlsLowerSide(TlsTransport transport) : Protocol
{
    /// <summary>Who is above.</summary>
    internal TlsTransport Upper => transport;

    public override void ConnectionMade(BaseTransport lower) => transport.Begin((Transport)lower);

    public override void ConnectionLost(Exception? exception) => transport.End(exception);

    public override void DataReceived(ReadOnlySpan<byte> data) => transport.LowerReceived(data);

    public override bool EofReceived() => transport.LowerEofReceived();

    public override void PauseWriting() => transport.LowerIsFull();

    public override void ResumeWriting() => transport.LowerHasRoom();

    public override string ToString() => $"<{nameof(TlsLowerSide)} of {transport.Protocol}>";
}
