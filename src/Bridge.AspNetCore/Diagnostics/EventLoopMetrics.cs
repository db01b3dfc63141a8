namespace Bridge.AspNetCore;

/// <summary>placeholder</summary>
internal sealed class EventLoopMetrics
{
    internal static Registration Add(EventLoop loop) => new();

    internal sealed class Registration : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
