using System.Net.Security;

namespace Bridge.Net;

/// <content>Upgrading a stream to TLS.</content>
public sealed partial class LoopStreamWriter
{
    /// <summary>Upgrades the connection to TLS, as the client. Reader and writer go on, encrypted.</summary>
    /// <param name="options">How; TargetHost must be set. Taken as they are when this is awaited.</param>
    /// <param name="startOptions">Time limits. Null: the defaults.</param>
    /// <returns>A coroutine, over after the handshake. First it waits until what was written is on its way.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">Received is set: a stream knows what it has received.</exception>
    /// <remarks>
    /// What the reader has received and nobody has read belongs to TLS. Awaiting throws what <c>loop.StartTls</c> throws; a failure or a
    /// cancellation of the handshake closes the connection. Source: <c>StreamWriter.start_tls</c>.
    /// </remarks>
    public Coroutine StartTlsAsync(SslClientAuthenticationOptions options, StartTlsOptions? startOptions = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Upgrade((loop, transport, start) => loop.StartTls(transport, transport.Protocol, options, start), Checked(startOptions));
    }

    /// <summary>Upgrades the connection to TLS, as the server. Reader and writer go on, encrypted.</summary>
    /// <param name="options">How; a certificate is needed. Taken as they are when this is awaited.</param>
    /// <param name="startOptions">Time limits. Null: the defaults.</param>
    /// <returns>A coroutine, over after the handshake. First it waits until what was written is on its way.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">Received is set: a stream knows what it has received.</exception>
    /// <remarks>As for the client. Source: <c>StreamWriter.start_tls</c> of a server's connection.</remarks>
    public Coroutine StartTlsAsync(SslServerAuthenticationOptions options, StartTlsOptions? startOptions = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Upgrade((loop, transport, start) => loop.StartTls(transport, transport.Protocol, options, start), Checked(startOptions));
    }

    private static StartTlsOptions Checked(StartTlsOptions? options)
    {
        options ??= new StartTlsOptions();
        return options.Received.IsEmpty ? options : throw new ArgumentException(Messages.StreamKnowsReceived, nameof(options));
    }

    private async Coroutine Upgrade(Func<EventLoop, Transport, StartTlsOptions, Coroutine<Transport>> start, StartTlsOptions options)
    {
        await DrainAsync();
        if (Transport is not Transport lower)
        {
            throw new InvalidOperationException(Messages.NoTlsOver(_output.Transport));
        }

        byte[]? received = _input?.TakeEverything();

        // Now, so that what comes from here on goes to TLS.
        lower.PauseReading();
        ReplaceTransport(await start(Loop, lower, options with { Received = received }));
    }
}

/// <content>Upgrading a stream to TLS.</content>
internal sealed partial class StreamInput
{
    /// <summary>What was received and is somebody else's.</summary>
    internal byte[] TakeEverything() => TakeArray(_bytes.Length);
}
