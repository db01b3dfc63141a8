namespace Bridge;

/// <summary>A user's read or write callback. Dropping it also stops a call that is queued already.</summary>
internal sealed class ReadinessHandler : LoopWork
{
    private readonly ExecutionContext? _context = AmbientContext.Capture();
    private Action? _callback;

    internal ReadinessHandler(Action callback) => _callback = callback;

    internal override ExecutionContext? RunContext => _context;

    internal void Drop() => _callback = null;

    internal override void Run() => _callback?.Invoke();

    internal override string Describe() => _callback is null ? "dropped readiness callback" : CallbackText.Of(_callback);
}
