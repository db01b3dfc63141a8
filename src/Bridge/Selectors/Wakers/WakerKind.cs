namespace Bridge.Selectors;

/// <summary>How a waker reaches the selector.</summary>
public enum WakerKind
{
    /// <summary>A Linux eventfd. With epoll it needs no read at all.</summary>
    EventFd,

    /// <summary>A non-blocking pipe; every Unix has it.</summary>
    Pipe,

    /// <summary>Two connected loopback sockets; works everywhere, also with Socket.Select.</summary>
    SocketPair,
}
