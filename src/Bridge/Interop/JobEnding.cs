namespace Bridge;

/// <summary>What becomes of a blocking call that runs on an executor when nobody wants its result any more.</summary>
public enum JobEnding
{
    /// <summary>It is waited for: no thread ever works for nobody.</summary>
    WaitForExit,

    /// <summary>It is left alone and goes on; what it gives is ignored.</summary>
    Abandon,

    /// <summary>It is waited for, and its thread is interrupted (<see cref="Thread.Interrupt"/>): a last means for code that blocks in .NET and takes no token.</summary>
    Interrupt,
}
