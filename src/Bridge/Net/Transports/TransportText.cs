using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <summary>What a transport over a socket says of itself: state, descriptor, what is polled, and how much waits to be sent.</summary>
internal static class TransportText
{
    internal static string Of(BaseTransport transport, SafeHandle handle, FileWatch watch, int waiting)
    {
        string state = transport.IsClosing ? (handle.IsClosed ? " closed" : " closing") : string.Empty;
        string number = handle.IsClosed ? "-" : $"{handle.DangerousGetHandle()}";
        return $"<{transport.GetType().Name}{state} fd={number} read={Polling(watch.Reader)} write=<{Polling(watch.Writer)}, bufsize={waiting}>>";
    }

    private static string Polling(LoopWork? handler) => handler is null ? "idle" : "polling";
}
