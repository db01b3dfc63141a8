namespace Bridge;

/// <summary>Something that happened in a watched directory.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="Path">The full path of the file or directory; of the watched directory for <see cref="FileChangeKind.Overflow"/>.</param>
/// <param name="OldPath">The path before a <see cref="FileChangeKind.Renamed"/>; else null.</param>
public sealed record FileChange(FileChangeKind Kind, string Path, string? OldPath = null);
