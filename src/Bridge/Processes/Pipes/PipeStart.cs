namespace Bridge.Net;

/// <summary>How every pipe transport begins: three callbacks of one turn.</summary>
internal static class PipeStart
{
    /// <summary>ConnectionMade, then watching, then whoever awaits this goes on. If that fails or is cancelled the transport is closed.</summary>
    internal static async Coroutine Run(BaseTransport transport, Func<Exception?> startWatching)
    {
        EventLoop loop = transport.Loop;
        LoopFuture<bool> started = loop.CreateFuture<bool>();
        loop.CallSoon(() => transport.Protocol.ConnectionMade(transport));
        loop.CallSoon(() =>
        {
            if (startWatching() is { } failure)
            {
                started.TrySetException(failure);
            }
        });
        loop.CallSoon(() => started.TrySetResult(true));
        try
        {
            await started;
        }
        catch
        {
            transport.Close();
            throw;
        }
    }
}
