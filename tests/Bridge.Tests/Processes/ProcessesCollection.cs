namespace Bridge.Tests.Processes;

/// <summary>
/// Tests with pipes and children. A child that is just being started holds, for a moment, a copy of everything that is open; what another test closes then is not
/// closed yet, and its peer hears nothing. So they run alone.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessesCollection
{
    public const string Name = "Processes";
}
