namespace Bridge.AspNetCore;

/// <summary>How connections of the web server are served by event loops. Set with <c>UseBridgeTransport</c>; checked when the application starts.</summary>
public sealed class BridgeTransportOptions
{
    /// <summary>The most loops one transport may own.</summary>
    public const int MaximumLoopCount = 1024;

    /// <summary>
    /// How many loops the transport makes, each with a thread of its own; 1 to <see cref="MaximumLoopCount"/>, default 1. They live while
    /// the server listens. Not used if <see cref="EventLoopNames"/> has names.
    /// </summary>
    /// <remarks>
    /// The first loop accepts, and gives connections to all of them in turn: the spread is exact on every platform and for every kind of
    /// endpoint, for the price of one post per connection. A connection stays on its loop to the end.
    /// </remarks>
    public int LoopCount { get; set; } = 1;

    /// <summary>Names of loops made by <c>services.AddEventLoop(name)</c> that serve instead of the transport's own. Default: none.</summary>
    public IList<string> EventLoopNames { get; } = [];

    /// <summary>How many connections the system queues before they are accepted, at least 1. Default 512, as Kestrel's own transport has.</summary>
    public int Backlog { get; set; } = 512;

    /// <summary>Whether small packets are sent at once. Default true. For TCP only.</summary>
    public bool NoDelay { get; set; } = true;

    /// <summary>
    /// How many received bytes may wait for the application before receiving pauses, at least 1. Null: any number. Default 1 MiB. It is
    /// overshot by at most one receive of 64 KiB.
    /// </summary>
    public long? MaxReadBufferSize { get; set; } = 1024 * 1024;

    /// <summary>
    /// How many written bytes may wait to be sent before a flush of the application waits, at least 1. Null: any number. Default 64 KiB.
    /// Besides, up to 256 KiB that the system did not take are kept aside.
    /// </summary>
    public long? MaxWriteBufferSize { get; set; } = 64 * 1024;

    /// <summary>
    /// Where request handlers run. True (default): on the thread of the connection's loop, so that they share its objects without locks; they
    /// must not block. False: on the .NET thread pool, as with Kestrel's own transport.
    /// </summary>
    public bool RunHandlersOnLoop { get; set; } = true;

    /// <summary>
    /// How long the transport waits, when the server has stopped, for what still runs on its own loops; zero to an hour, default 5 s. What is
    /// left then is logged and left alone: the threads are background threads.
    /// </summary>
    public TimeSpan LoopShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
