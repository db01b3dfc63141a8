namespace Bridge.AspNetCore;

/// <summary>A feature of connections that a loop serves, and so of their requests: <c>context.Features.Get&lt;IEventLoopFeature&gt;()</c>.</summary>
public interface IEventLoopFeature
{
    /// <summary>The loop that serves the connection. Any thread.</summary>
    EventLoop Loop { get; }
}
