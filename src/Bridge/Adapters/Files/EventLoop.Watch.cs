namespace Bridge;

/// <content>Watching directories.</content>
public abstract partial class EventLoop
{
    /// <summary>Watches a directory: <c>await foreach (FileChange change in loop.Watch(folder, "*.csv"))</c></summary>
    /// <param name="directory">The directory; it must exist.</param>
    /// <param name="filter">Which names, with * and ?. Default: all.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="cancellationToken">Ends the reader's wait, with this token.</param>
    /// <returns>The changes, watched from now on. Dispose it, or leave the <c>await foreach</c> over it, to end the watching.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="directory"/> or <paramref name="filter"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="directory"/> does not exist, or an option is not valid.</exception>
    /// <exception cref="IOException">The operating system has no watch left, or refuses.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number or time of the options is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>
    /// <para>
    /// A <see cref="FileSystemWatcher"/> whose thread never waits. Missed changes are told, as an item (<see cref="FileChangeKind.Overflow"/>). A watcher that fails is
    /// reported to the exception handler and made anew, as often as it takes, with an overflow when it is back.
    /// </para>
    /// <para>Order: that of the watcher; with <see cref="WatchOptions.Debounce"/> that in which the paths came to rest. No source in asyncio.</para>
    /// </remarks>
    public EventStream<FileChange> Watch(string directory, string filter = "*", WatchOptions? options = null, CancellationToken cancellationToken = default)
        => Watch(directory, filter, options, static (directory, filter) => new FileSystemWatcher(directory, filter), cancellationToken);

    /// <summary>With watchers of the caller's own, for tests.</summary>
    internal EventStream<FileChange> Watch(
        string directory, string filter, WatchOptions? options, Func<string, string, FileSystemWatcher> make, CancellationToken token = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(filter);
        options ??= new WatchOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Bound, 1, nameof(options.Bound));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Debounce, TimeSpan.Zero, nameof(options.Debounce));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.RetryDelay, TimeSpan.Zero, nameof(options.RetryDelay));
        AssertCanSchedule();
        DirectoryWatch? watch = null;
        var items = new ForeignItems<FileChange>(this, bound: 0, WhenFull.Fail, token) { Taken = change => watch!.OnTaken(change) };
        watch = new DirectoryWatch(this, directory, filter, options, make, items);
        return Subscribe(items, watch.Start, watch.Stop);
    }
}
