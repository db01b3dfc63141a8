namespace Bridge.Tests;

/// <summary>Tests that look at the memory of the whole process: they run alone.</summary>
[CollectionDefinition(nameof(MemoryCollection), DisableParallelization = true)]
public sealed class MemoryCollection;
