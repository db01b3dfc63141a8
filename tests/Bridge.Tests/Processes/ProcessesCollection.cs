namespace Bridge.Tests.Processes;

/// <summary>Tests with pipes and children, one after the other: a child that is just being started holds, for a moment, everything that is open.</summary>
[CollectionDefinition(Name)]
public sealed class ProcessesCollection
{
    public const string Name = "Processes";
}
