using System.IO.Enumeration;

namespace Bridge;

/// <summary>A watched directory: takes the changes from the operating system's thread, has the watcher made anew when it fails, and feeds the reader's items.</summary>
/// <remarks>Under the lock: what came since the loop thread last looked. Everything else is the loop thread's.</remarks>
internal sealed class DirectoryWatch : LoopWork
{
    private readonly EventLoop _loop;
    private readonly string _directory;
    private readonly string _filter;
    private readonly WatchOptions _options;
    private readonly Func<string, string, FileSystemWatcher> _make;
    private readonly ForeignItems<FileChange> _items;
    private readonly ChangeDebounce? _debounce;

    private readonly Lock _lock = new();
    private List<FileChange> _raw = [];
    private Exception? _failure;

    private FileSystemWatcher? _watcher;
    private TimerHandle _retry;
    private bool _isStopped;

    /// <summary>What was added last is an overflow: another one right behind it would say nothing.</summary>
    private bool _overflowIsLast;

    internal DirectoryWatch(
        EventLoop loop, string directory, string filter, WatchOptions options, Func<string, string, FileSystemWatcher> make, ForeignItems<FileChange> items)
    {
        _loop = loop;
        _directory = Path.GetFullPath(directory);
        _filter = filter is "" or "*.*" ? "*" : filter;
        _options = options;
        _make = make;
        _items = items;
        _debounce = options.Debounce > TimeSpan.Zero ? new ChangeDebounce(loop, options.Debounce, Emit) : null;
    }

    /// <summary>Begins to watch; throws what is wrong with the directory.</summary>
    internal void Start()
    {
        FileSystemWatcher watcher = _make(_directory, _filter);
        try
        {
            watcher.IncludeSubdirectories = _options.IncludeSubdirectories;
            watcher.NotifyFilter = _options.NotifyFilter;
            watcher.InternalBufferSize = _options.InternalBufferSize;
            watcher.Created += (_, e) => OnChange(new FileChange(FileChangeKind.Created, e.FullPath));
            watcher.Changed += (_, e) => OnChange(new FileChange(FileChangeKind.Changed, e.FullPath));
            watcher.Deleted += (_, e) => OnChange(new FileChange(FileChangeKind.Deleted, e.FullPath));
            watcher.Renamed += (_, e) => OnChange(new FileChange(FileChangeKind.Renamed, e.FullPath, e.OldFullPath));
            watcher.Error += (_, e) => OnError(e.GetException());
            _watcher = watcher;
            watcher.EnableRaisingEvents = true;
        }
        catch
        {
            _watcher = null;
            watcher.Dispose();
            throw;
        }
    }

    /// <summary>Ends the watching. Loop thread, or the closing one.</summary>
    internal void Stop()
    {
        _isStopped = true;
        _watcher?.Dispose();
        _watcher = null;
        if (!_loop.IsClosed)
        {
            _debounce?.Stop();
            _retry.Cancel();
        }
    }

    /// <summary>The reader took this: after an overflow, and not before, what is there is worth looking at. So a slow reader has one look at a time to read.</summary>
    internal void OnTaken(FileChange change)
    {
        if (change.Kind == FileChangeKind.Overflow && _options.Rescan)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.Scan(), this, preferLocal: false);
        }
    }

    /// <summary>Changes came.</summary>
    internal override void Run()
    {
        List<FileChange> raw;
        Exception? failure;
        lock (_lock)
        {
            (raw, _raw) = (_raw, []);
            (failure, _failure) = (_failure, null);
        }

        if (_isStopped)
        {
            return;
        }

        foreach (FileChange change in raw)
        {
            Take(change);
        }

        if (failure is not null)
        {
            _loop.CallExceptionHandler(new LoopErrorContext(Messages.WatchFailed(_directory, _options.RetryDelay), failure));
            Rearm();
        }
    }

    /// <summary>On the operating system's thread: never waits.</summary>
    private void OnChange(FileChange change)
    {
        bool isFirst;
        lock (_lock)
        {
            isFirst = _raw.Count == 0 && _failure is null;
            if (_raw.Count < _options.Bound)
            {
                _raw.Add(change);
            }
            else if (_raw.Count == _options.Bound)
            {
                _raw.Add(Overflow());
            }
        }

        if (isFirst)
        {
            _loop.TryPost(this, null, null);
        }
    }

    private void OnError(Exception exception)
    {
        if (exception is InternalBufferOverflowException)
        {
            OnChange(Overflow());
            return;
        }

        bool isFirst;
        lock (_lock)
        {
            isFirst = _raw.Count == 0 && _failure is null;
            _failure = exception;
        }

        if (isFirst)
        {
            _loop.TryPost(this, null, null);
        }
    }

    private FileChange Overflow() => new(FileChangeKind.Overflow, _directory);

    /// <summary>The watcher is dead: a new one, as soon as there can be one. What happened meanwhile was missed.</summary>
    private void Rearm()
    {
        _watcher?.Dispose();
        _watcher = null;
        if (_isStopped)
        {
            return;
        }

        try
        {
            Start();
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException)
        {
            // Not there, or not to be watched, for now. It was reported; the reader goes on waiting.
            _retry = _loop.CallLater(_options.RetryDelay, static self => ((DirectoryWatch)self!).Rearm(), this);
            return;
        }

        Take(Overflow());
    }

    private void Take(FileChange change)
    {
        if (_debounce is not null)
        {
            _debounce.Add(change);
        }
        else
        {
            Emit(change);
        }
    }

    private void Emit(FileChange change)
    {
        int count = _items.Count;
        if (count >= _options.Bound && change.Kind != FileChangeKind.Found)
        {
            // Behind a full stream, one overflow stands for all that is missed.
            change = Overflow();
        }

        bool isOverflow = change.Kind == FileChangeKind.Overflow;
        if (!isOverflow || !_overflowIsLast || count == 0)
        {
            _overflowIsLast = isOverflow;
            _items.Add(change);
        }
    }

    /// <summary>On a thread of the pool: looking at a directory blocks.</summary>
    private void Scan()
    {
        List<FileChange> found = [];
        try
        {
            var entries = new FileSystemEnumerable<string>(
                _directory, static (ref FileSystemEntry entry) => entry.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = _options.IncludeSubdirectories, AttributesToSkip = 0 })
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) => FileSystemName.MatchesSimpleExpression(_filter, entry.FileName, ignoreCase: !OperatingSystem.IsLinux()),
            };
            found.AddRange(entries.Order(StringComparer.Ordinal).Select(path => new FileChange(FileChangeKind.Found, path)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Gone again: the watcher fails as well, and there is an overflow more when it is back.
        }

        _loop.TryPost(new Action(() => found.ForEach(Take)), null, null);
    }
}
