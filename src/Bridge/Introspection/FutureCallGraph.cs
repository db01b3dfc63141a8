namespace Bridge;

/// <summary>A future, the methods it is in, and who waits for it, as they were when it was captured.</summary>
/// <param name="Future">The future or task itself, which goes on meanwhile.</param>
/// <param name="CallStack">Innermost first. Empty for a plain future, a task that is done, or if none was asked for.</param>
/// <param name="AwaitedBy">Those that wait for it, mostly tasks, in the order in which they began to.</param>
/// <remarks>
/// <para>
/// Never circular: one that waits for itself around a circle appears a second time, with <see cref="ClosesCircle"/> and without its own
/// waiters. One that waits in several places is one object in all of them.
/// </para>
/// <para>Immutable; any thread. Source: <c>asyncio.FutureCallGraph</c>.</para>
/// </remarks>
public sealed record FutureCallGraph(LoopFuture Future, IReadOnlyList<FrameCallGraphEntry> CallStack, IReadOnlyList<FutureCallGraph> AwaitedBy)
{
    /// <summary>The same future is further out on the way here: they all wait for each other, so none will ever end by itself.</summary>
    public bool ClosesCircle { get; init; }

    /// <summary>The text that <see cref="EventLoop.FormatCallGraph"/> gives.</summary>
    public override string ToString() => CallGraphText.Of(this);
}
