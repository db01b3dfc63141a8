namespace Bridge;

/// <summary>The last owner of a mutex ended without releasing it. The mutex is held now; what it protects may be half changed.</summary>
#pragma warning disable CA1032 // Only a hold makes one.
public class MutexAbandonedException : AbandonedMutexException
{
    internal MutexAbandonedException(MutexHold hold, AbandonedMutexException cause)
        : base("The mutex was abandoned: its last owner ended without releasing it. It is held now; look after what it protects, and dispose the exception's Hold.", cause)
        => Hold = hold;

    /// <summary>The hold on the mutex, to be disposed.</summary>
    public MutexHold Hold { get; }
}
#pragma warning restore CA1032
