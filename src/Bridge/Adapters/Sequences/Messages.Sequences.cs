namespace Bridge;

/// <content>Texts about sequences that cross a border.</content>
internal static partial class Messages
{
    internal static string SequenceBlocksLoop(EventLoop source, EventLoop here)
        => ReferenceEquals(source, here)
            ? $"The sequence is produced on event loop '{source.Name}', and this call would block that very loop for it. Use await foreach on the source itself."
            : $"Waiting for a sequence of event loop '{source.Name}' would block event loop '{here.Name}'. Enumerate it on another thread, or hand its items over with a BridgeQueue.";
}
