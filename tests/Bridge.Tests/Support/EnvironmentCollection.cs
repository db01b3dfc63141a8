namespace Bridge.Tests;

/// <summary>Tests that change a variable of the whole process: they run alone, because what others make would follow it.</summary>
[CollectionDefinition(nameof(EnvironmentCollection), DisableParallelization = true)]
public sealed class EnvironmentCollection;
