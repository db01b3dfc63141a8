namespace Bridge.AspNetCore;

/// <summary>Work that runs on a loop as long as the application does. Add it with <c>services.AddLoopService&lt;T&gt;("loop")</c>.</summary>
public interface ILoopService
{
    /// <summary>The work. Its coroutine becomes a task on the loop when the application starts.</summary>
    /// <param name="stoppingToken">Fires when the application stops, for what is not of this library: the task itself is cancelled as well.</param>
    /// <returns>The coroutine. It may end by itself at any time; the application goes on.</returns>
    /// <remarks>Loop thread. Blocking in it holds up the loop, but not the start of the application.</remarks>
    Coroutine RunAsync(CancellationToken stoppingToken);
}
