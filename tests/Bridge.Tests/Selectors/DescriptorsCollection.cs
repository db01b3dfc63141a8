namespace Bridge.Tests.Selectors;

/// <summary>Tests that count, close or reuse descriptors; run alone, because a number freed here could be another test's next one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DescriptorsCollection
{
    public const string Name = "Descriptors";
}
