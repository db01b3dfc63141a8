namespace Bridge;

/// <summary>Marks exceptions that end the loop's run instead of being reported: they leave <see cref="EventLoop.RunForever"/> at once.</summary>
/// <remarks>Source: how asyncio treats <c>KeyboardInterrupt</c> and <c>SystemExit</c>. Callbacks not yet run stay queued for the next run.</remarks>
#pragma warning disable CA1711 // An exception marker is named for what it marks.
public interface IFatalLoopException
{
}
#pragma warning restore CA1711
