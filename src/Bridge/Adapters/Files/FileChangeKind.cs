namespace Bridge;

/// <summary>What a <see cref="FileChange"/> tells.</summary>
public enum FileChangeKind
{
    /// <summary>It was made.</summary>
    Created,

    /// <summary>Its content or its attributes changed.</summary>
    Changed,

    /// <summary>It was deleted.</summary>
    Deleted,

    /// <summary>It has another name.</summary>
    Renamed,

    /// <summary>Changes were missed: look at the whole directory. With <see cref="WatchOptions.Rescan"/> a <see cref="Found"/> follows for each file that is there when this is read.</summary>
    Overflow,

    /// <summary>It is there, after an <see cref="Overflow"/>; whether it changed is not known.</summary>
    Found,
}
