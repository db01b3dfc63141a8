namespace Bridge;

/// <summary>How to watch a directory. Everything is optional.</summary>
public sealed record WatchOptions
{
    /// <summary>Whether directories below are watched too. Default: no.</summary>
    public bool IncludeSubdirectories { get; init; }

    /// <summary>What counts as a change. Default: that of <see cref="FileSystemWatcher"/>: names, directory names, and the time of the last write.</summary>
    public NotifyFilters NotifyFilter { get; init; } = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite;

    /// <summary>The operating system's buffer, in bytes; 4096 to 65536. Default: 8192. Meaningful on Windows.</summary>
    public int InternalBufferSize { get; init; } = 8192;

    /// <summary>How many changes may wait to be read, at least 1. Beyond that they are dropped, for one overflow. Default: 10,000.</summary>
    public int Bound { get; init; } = 10_000;

    /// <summary>
    /// A change is told once nothing more has happened to its path for this long, on the loop's clock, and then once. Zero, the default: every change, at once.
    /// </summary>
    public TimeSpan Debounce { get; init; }

    /// <summary>Whether every overflow is followed by the files that are there when it is read; they do not count for <see cref="Bound"/>. Default: no.</summary>
    public bool Rescan { get; init; }

    /// <summary>How long to wait before a watcher that failed is made anew, again and again until that succeeds; more than zero. Default: 1 s, on the loop's clock.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);
}
