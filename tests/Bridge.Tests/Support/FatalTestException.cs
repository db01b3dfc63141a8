namespace Bridge.Tests;

/// <summary>Ends the run of a loop, as KeyboardInterrupt does in asyncio.</summary>
internal sealed class FatalTestException(string message = "fatal") : Exception(message), IFatalLoopException;
