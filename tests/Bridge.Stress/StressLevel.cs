namespace Bridge.Stress;

/// <summary>How much: the short form runs with every build, the long one with BRIDGE_STRESS=1.</summary>
internal static class StressLevel
{
    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("BRIDGE_STRESS") == "1";

    internal static int Choose(int inShort, int inLong) => s_isLong ? inLong : inShort;
}
