using System.Globalization;
using Bridge.Net;

namespace Bridge;

/// <content>Texts about TLS.</content>
internal static partial class Messages
{
    internal const string NoTargetHost = "TargetHost is null: TLS would not know whose certificate to expect. Set TargetHost to the server's name, or to an empty string if a RemoteCertificateValidationCallback judges instead.";

    internal const string NoServerCertificate = "The TLS options of a server need a certificate. Set ServerCertificateContext, ServerCertificate or ServerCertificateSelectionCallback.";

    internal const string ClosedInHandshake = "The connection was closed during the TLS handshake.";

    internal const string EofInHandshake = "The peer closed the connection during the TLS handshake.";

    internal const string TlsTruncated = "The connection ended without TLS's close_notify: what was received may have been cut short by somebody in between, or the peer closes carelessly.";

    internal const string TlsOver = "This TLS connection is over.";

    internal const string StreamKnowsReceived = "Received is set: a stream knows itself what it has received. Leave it empty.";

    internal static string NoTlsOver(BaseTransport transport)
        => $"{transport} has one direction only: TLS needs both.";

    internal static string TimeLimitWithoutTls(string name)
        => $"{name} is only meaningful with TLS. Set Ssl as well, or leave it null.";

    internal static string TimeNotPositive(string name, TimeSpan value)
        => $"{name} is {value}; it must be positive.";

    internal static string HandshakeTimedOut(TimeSpan limit)
        => $"SSL handshake is taking longer than {Seconds(limit)} seconds: aborting the connection";

    internal static string ShutdownTimedOut(TimeSpan limit)
        => $"SSL shutdown timed out: the peer did not close within {Seconds(limit)} seconds";

    internal static string NoWriteEof(BaseTransport transport)
        => $"{transport}: TLS cannot close one direction alone. Call Close.";

    internal static string EofIgnored(BaseProtocol protocol)
        => $"Returning true from {protocol.GetType().Name}.EofReceived has no effect with TLS: the transport closes.";

    internal static string TlsStateOrder(TlsState from, TlsState to)
        => $"TLS cannot go from state {from} to {to}.";

    internal static string TlsOnClosing(BaseTransport transport)
        => $"{transport} is closing: TLS cannot start on it.";

    internal static string TlsOnOtherLoop(BaseTransport transport, EventLoop loop)
        => $"The transport belongs to event loop '{transport.Loop.Name}', not to '{loop.Name}'. Call StartTls of that loop.";

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
