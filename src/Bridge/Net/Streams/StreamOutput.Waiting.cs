namespace Bridge.Net;

/// <content>Those who wait for the writing side.</content>
internal sealed partial class StreamOutput
{
    /// <summary>Those who wait until more may be written, or until the connection is over. Made when first needed.</summary>
    private WaitingLines? _lines;

    /// <summary>Stands in line until more may be written, or the connection is lost. Leave it afterwards, however it ended.</summary>
    internal LoopFuture<NoResult> JoinDrainers() => Join((_lines ??= new()).Drainers);

    /// <summary>Stands in line until the connection is over.</summary>
    internal LoopFuture<NoResult> JoinCloseWaiters() => Join((_lines ??= new()).CloseWaiters);

    internal void Leave(LoopFuture<NoResult> waiter)
    {
        _lines?.Drainers.Remove(waiter);
        _lines?.CloseWaiters.Remove(waiter);
    }

    private LoopFuture<NoResult> Join(List<LoopFuture<NoResult>> line)
    {
        LoopFuture<NoResult> waiter = Loop.CreateFuture<NoResult>();
        line.Add(waiter);
        return waiter;
    }

    private static void End(List<LoopFuture<NoResult>>? line, Exception? exception)
    {
        if (line is null)
        {
            return;
        }

        foreach (LoopFuture<NoResult> waiter in line)
        {
            if (exception is null)
            {
                waiter.TrySetResult(default);
            }
            else
            {
                waiter.TrySetException(exception);
            }
        }
    }

    private sealed class WaitingLines
    {
        internal List<LoopFuture<NoResult>> Drainers { get; } = [];

        internal List<LoopFuture<NoResult>> CloseWaiters { get; } = [];
    }
}
