using System.Collections.Concurrent;

namespace Bridge.Executors.Tests;

/// <summary>Collects what is reported through the static event while it lives; other tests' reports are told apart by the sender.</summary>
internal sealed class FaultLog : IDisposable
{
    private readonly ConcurrentQueue<(object? Sender, UnhandledCallbackExceptionEventArgs Fault)> _faults = new();

    public FaultLog() => ConcurrentFuture.UnhandledCallbackException += Add;

    public IReadOnlyList<UnhandledCallbackExceptionEventArgs> From(object sender)
        => [.. _faults.Where(fault => ReferenceEquals(fault.Sender, sender)).Select(fault => fault.Fault)];

    public void Dispose() => ConcurrentFuture.UnhandledCallbackException -= Add;

    private void Add(object? sender, UnhandledCallbackExceptionEventArgs fault) => _faults.Enqueue((sender, fault));
}
