namespace Bridge;

/// <summary>One method in the call stack of a <see cref="FutureCallGraph"/>.</summary>
/// <param name="Method">Type and method, as <c>Client.Fetch</c>; a local function is <c>Client.Fetch.Local</c>, a lambda <c>Client.Fetch.lambda</c>.
/// "unknown" where the names were stripped from the program.</param>
/// <param name="Kind">What kind of method it is.</param>
/// <param name="File">Its source file. Null: it is suspended, or was built without symbols.</param>
/// <param name="Line">The line it is in, from 1. Null together with <paramref name="File"/>.</param>
/// <remarks>
/// A suspended coroutine has no thread stack: its method is known, its line is not. Immutable; any thread. Source: <c>asyncio.FrameCallGraphEntry</c>,
/// which holds a frame object; .NET has none.
/// </remarks>
public sealed record FrameCallGraphEntry(string Method, FrameKind Kind, string? File = null, int? Line = null);

/// <summary>The kinds of methods in a call stack.</summary>
public enum FrameKind
{
    /// <summary>An ordinary method.</summary>
    Method,

    /// <summary>An async method: a coroutine, or one that returns a <see cref="Task"/>.</summary>
    Async,

    /// <summary>An async method that yields: an <c>IAsyncEnumerable</c>.</summary>
    AsyncIterator,
}
