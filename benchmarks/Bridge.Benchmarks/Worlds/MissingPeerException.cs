namespace Bridge.Benchmarks.Worlds;

/// <summary>A peer cannot be measured here; the message says why and, where it is known, what to do.</summary>
public sealed class MissingPeerException(string message) : Exception(message);
