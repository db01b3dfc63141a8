namespace Bridge.Net;

/// <summary>The names that <see cref="BaseTransport.GetExtraInfo(string)"/> knows; which of them a transport has depends on its kind.</summary>
/// <remarks>Source: asyncio's <c>get_extra_info</c>; the words are asyncio's.</remarks>
public static class ExtraInfo
{
    /// <summary>The socket, for looking at and for its options: a <c>TransportSocket</c>.</summary>
    public const string Socket = "socket";

    /// <summary>Our own address: an <see cref="System.Net.EndPoint"/>.</summary>
    public const string SocketName = "sockname";

    /// <summary>The peer's address: an <see cref="System.Net.EndPoint"/>.</summary>
    public const string PeerName = "peername";

    /// <summary>The options that TLS was set up with: <c>SslServerAuthenticationOptions</c> or <c>SslClientAuthenticationOptions</c>.</summary>
    public const string SslContext = "sslcontext";

    /// <summary>The peer's certificate: an <c>X509Certificate</c>.</summary>
    public const string PeerCertificate = "peercert";

    /// <summary>The negotiated cipher suite: a <c>TlsCipherSuite</c>.</summary>
    public const string Cipher = "cipher";

    /// <summary>The stream that does the encryption: an <c>SslStream</c>, for looking at only.</summary>
    public const string SslObject = "ssl_object";

    /// <summary>The descriptor of a pipe: a <see cref="System.Runtime.InteropServices.SafeHandle"/>, for looking at only.</summary>
    public const string Pipe = "pipe";

    /// <summary>The process id of a child: an <see cref="int"/>.</summary>
    public const string Subprocess = "subprocess";
}
