namespace Bridge;

/// <summary>What <see cref="LoopTask.Wait{TFuture}"/> found when it ended.</summary>
/// <typeparam name="TFuture">Type of the futures.</typeparam>
/// <param name="Done">Those that were done then, by reference.</param>
/// <param name="Pending">The others; they were neither cancelled nor changed.</param>
public sealed record WaitResult<TFuture>(IReadOnlySet<TFuture> Done, IReadOnlySet<TFuture> Pending)
    where TFuture : LoopFuture;
