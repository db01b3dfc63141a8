namespace Bridge;

/// <content>Texts about streams.</content>
internal static partial class Messages
{
    internal const string FedAfterEof = "FeedData was called after FeedEof. Feed everything first, then the end.";

    internal const string AdvanceBeforeRead = "AdvanceTo was called without a read before it. Call ReadAsync or TryRead, then AdvanceTo once.";

    internal const string StrangePosition
        = "The position does not lie in the buffer that the last read gave, or was advanced past before. Pass positions of that buffer.";

    internal const string ExaminedBeforeConsumed = "The examined position lies before the consumed one. What is consumed is examined: pass the later one as examined.";

    internal const string NoSeparators = "There is no separator. Pass at least one.";

    internal const string EmptySeparator = "A separator is empty. Each must have at least one byte.";

    internal const string WriteAfterComplete = "The writer was completed. Complete it when nothing more is to be written.";

    internal const string FlushedByTwo = "A flush is waiting already. Await it first, or use DrainAsync, for which any number of tasks may wait.";

    internal const string ReadCancelled = "CancelPendingRead was called while the bytes were copied.";

    internal const string FlushCancelled = "CancelPendingFlush was called while bytes were copied.";

    internal const string NotSeekable = "A connection has no positions. Read or write it in order.";

    internal const string NoReader = "This stream is for writing only. Use the reader's AsStream, or that of the LoopStream.";

    internal const string NoWriter = "This stream is for reading only. Use the writer's AsStream, or that of the LoopStream.";

    internal static string WouldBlock(string method, string remedy)
        => $"{method} would block the loop thread, on which alone the wait could end. Use {remedy}, or call it on another thread.";

    internal static string StreamFailed(Exception exception) => $"The connection failed: {exception.Message}";

    internal static string AdvanceTooFar(int room)
        => $"There was room for {room} bytes. Advance at most so many as GetMemory or GetSpan gave, once.";

    internal static string ConnectionLost(Exception? reason)
        => reason is null ? "Connection lost: it was closed. Stop writing." : $"Connection lost: {reason.Message}";

    internal static string Unclosed(string writer)
        => $"unclosed {writer}: it was collected without Close, and was closed now. Close it, or use 'await using' for the stream.";

    internal static string UnclosedOnClosedLoop(string writer)
        => $"unclosed {writer}: it was collected without Close, and its loop is closed. Close it before the loop.";

    internal static string ReadByTwo(string method, string first)
        => $"{method}() called while another coroutine is already waiting for incoming data ({first}). Let one task read, or take turns with a LoopLock.";

    internal static string ReadAfterComplete(string method)
        => $"{method}() called after the reader was completed. Complete it when nothing more is to be read.";

    internal static string ReadBeforeAdvance(string method)
        => $"{method}() called while the buffer of the last read is in use. Call AdvanceTo first.";

    internal static string ReadNotOver(string method)
        => $"The result of {method}() was asked for before it was there. Await it.";

    internal static string IncompleteRead(int count, int? expected)
        => $"{count} bytes read on a total of {(expected is { } total ? $"{total} expected bytes" : "an unknown number of expected bytes")}. "
            + "The stream has ended; Partial has what came.";

    internal static string LimitOverrun(bool isFound, bool isLine, int limit)
        => (isFound ? "Separator is found, but chunk is longer than limit" : "Separator is not found, and chunk exceed the limit")
            + $" of {limit} bytes. {(isLine ? "The line was dropped" : "The bytes are still there: read them otherwise")}; or make the reader with a larger limit.";
}
