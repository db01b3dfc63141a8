using Bridge.TestKit;

namespace Bridge.Tests.Adapters;

/// <summary>Scenario 7: a watched directory that tells what it missed, and comes back after a failure.</summary>
public sealed class WatchTests : LoopTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bridge-watch").FullName;
    private readonly List<RaisingWatcher> _watchers = [];

    [Fact(Timeout = 30000)]
    public void Watch_RealFiles_TellsWhatHappens() => Run(async Coroutine () =>
    {
        using EventStream<FileChange> changes = Loop.Watch(_folder, "*.csv");
        File.WriteAllText(PathOf("ignored.txt"), "");
        File.WriteAllText(PathOf("a.csv"), "");
        Assert.Equal(new FileChange(FileChangeKind.Created, PathOf("a.csv")), await NextOther(changes));
        File.Move(PathOf("a.csv"), PathOf("b.csv"));
        FileChange moved = await NextOther(changes);
        if (moved.Kind == FileChangeKind.Deleted)
        {
            // .NET waits 2 ms for the second half of a rename; on a busy machine it may take them for two changes.
            Assert.Equal(new FileChange(FileChangeKind.Deleted, PathOf("a.csv")), moved);
            Assert.Equal(new FileChange(FileChangeKind.Created, PathOf("b.csv")), await NextOther(changes));
        }
        else
        {
            Assert.Equal(new FileChange(FileChangeKind.Renamed, PathOf("b.csv"), PathOf("a.csv")), moved);
        }

        File.Delete(PathOf("b.csv"));
        Assert.Equal(new FileChange(FileChangeKind.Deleted, PathOf("b.csv")), await NextOther(changes));
    });

    [Fact(Timeout = 30000)]
    public void Watch_Changes_ComeInOrder() => Run(async Coroutine () =>
    {
        using EventStream<FileChange> changes = Watch();
        Watcher.Raise(WatcherChangeTypes.Created, "a");
        Watcher.Raise(WatcherChangeTypes.Changed, "a");
        Watcher.Raise(WatcherChangeTypes.Deleted, "a");
        Assert.Equal(["Created a", "Changed a", "Deleted a"], await Take(changes, 3));
    });

    [Fact(Timeout = 30000)]
    public void Watch_SystemOverflows_IsAnItem() => Run(async Coroutine () =>
    {
        using EventStream<FileChange> changes = Watch();
        Watcher.Raise(WatcherChangeTypes.Created, "a");
        Watcher.Fail(new InternalBufferOverflowException());
        Watcher.Raise(WatcherChangeTypes.Created, "b");
        Assert.Equal(["Created a", "Overflow ", "Created b"], await Take(changes, 3));
        Assert.Single(_watchers);
    });

    [Fact(Timeout = 30000)]
    public void Watch_OverflowWithRescan_FindsWhatIsThere() => Run(async Coroutine () =>
    {
        File.WriteAllText(PathOf("x.csv"), "");
        File.WriteAllText(PathOf("y.csv"), "");
        File.WriteAllText(PathOf("z.txt"), "");
        using EventStream<FileChange> changes = Watch(new WatchOptions { Rescan = true });
        Watcher.Fail(new InternalBufferOverflowException());
        Assert.Equal(["Overflow ", "Found x.csv", "Found y.csv"], await Take(changes, 3));
    });

    [Fact(Timeout = 30000)]
    public void Watch_ManyOverflowsBehindASlowReader_RescanWhenItGetsThere() => Run(async Coroutine () =>
    {
        using EventStream<FileChange> changes = Watch(new WatchOptions { Bound = 1, Rescan = true, NotifyFilter = NotifyFilters.Attributes });
        for (int i = 0; i < 10; i++)
        {
            Watcher.Raise(WatcherChangeTypes.Created, $"{i}");
            Watcher.Fail(new InternalBufferOverflowException());
            await LoopTask.Yield();
        }

        File.WriteAllText(PathOf("x.csv"), "");
        Assert.Equal(["Created 0", "Overflow ", "Found x.csv"], await Take(changes, 3));
        Watcher.Raise(WatcherChangeTypes.Created, "last");
        Assert.Equal(["Created last"], await Take(changes, 1));
    });

    [Fact(Timeout = 30000)]
    public void Watch_ReaderIsSlow_BoundHoldsAndOneOverflowTells() => Run(async Coroutine () =>
    {
        using EventStream<FileChange> changes = Watch(new WatchOptions { Bound = 2 });
        for (int i = 0; i < 3; i++)
        {
            Watcher.Raise(WatcherChangeTypes.Created, $"{i}");
            await LoopTask.Yield();
        }

        for (int i = 3; i < 9; i++)
        {
            Watcher.Raise(WatcherChangeTypes.Created, $"{i}");
        }

        await LoopTask.Yield();
        Assert.Equal(["Created 0", "Created 1", "Overflow "], await Take(changes, 3));
        Watcher.Raise(WatcherChangeTypes.Created, "last");
        Assert.Equal(["Created last"], await Take(changes, 1));
    });

    [Fact(Timeout = 30000)]
    public void Watch_DebouncedFloodBehindASlowReader_BoundHoldsAndOneOverflowTells() => Run(async Coroutine () =>
    {
        const int Bound = 1000;
        using EventStream<FileChange> changes = Watch(new WatchOptions { Bound = Bound, Debounce = TimeSpan.FromSeconds(1) });
        for (int i = 0; i < 50 * Bound; i++)
        {
            Watcher.Raise(WatcherChangeTypes.Created, $"{i}");
            if (i % Bound == 0)
            {
                await LoopTask.Yield();
            }
        }

        await LoopTask.Sleep(TimeSpan.FromSeconds(2));
        Assert.Equal([.. Enumerable.Range(0, Bound).Select(i => $"Created {i}"), "Overflow "], await Take(changes, Bound + 1));
        Watcher.Raise(WatcherChangeTypes.Created, "last");
        Assert.Equal(["Created last"], await Take(changes, 1));
    });

    [Fact(Timeout = 30000)]
    public void Watch_WatcherFails_IsReportedAndMadeAnewWithAnOverflow() => Run(async Coroutine () =>
    {
        using EventStream<FileChange> changes = Watch();
        var failure = new IOException("gone");
        Watcher.Fail(failure);
        Assert.Equal(["Overflow "], await Take(changes, 1));
        Assert.Same(failure, TakeReport().Exception);
        Assert.Equal(2, _watchers.Count);
        Assert.True(_watchers[0].IsDisposed);
        Watcher.Raise(WatcherChangeTypes.Created, "a");
        Assert.Equal(["Created a"], await Take(changes, 1));
    });

    [Fact(Timeout = 30000)]
    public void Watch_DirectoryGoneForAWhile_IsTriedUntilItIsBack() => Run(async Coroutine () =>
    {
        using EventStream<FileChange> changes = Watch();
        Directory.Delete(_folder);
        Watcher.Fail(new IOException("gone"));
        LoopTask<List<string>> next = Loop.CreateTask(Take(changes, 1));
        Loop.CallLater(TimeSpan.FromSeconds(9.5), () => Directory.CreateDirectory(_folder));
        Assert.Equal(["Overflow "], await next);
        Assert.Equal(10, Loop.Now.TotalSeconds);
        TakeReport();
    });

    [Fact(Timeout = 30000)]
    public void Watch_Debounce_TellsOnceWhenThePathIsQuiet() => Run(async Coroutine () =>
    {
        using EventStream<FileChange> changes = Watch(new WatchOptions { Debounce = TimeSpan.FromSeconds(1) });
        LoopTask<List<string>> taken = Loop.CreateTask(Take(changes, 3));
        Watcher.Raise(WatcherChangeTypes.Created, "a");
        Watcher.Raise(WatcherChangeTypes.Changed, "b");
        await LoopTask.Sleep(TimeSpan.FromSeconds(0.8));
        Watcher.Raise(WatcherChangeTypes.Changed, "a");
        await LoopTask.Sleep(TimeSpan.FromSeconds(0.8));
        Watcher.Raise(WatcherChangeTypes.Changed, "a");
        Watcher.Raise(WatcherChangeTypes.Changed, "c");
        Watcher.Raise(WatcherChangeTypes.Deleted, "c");
        Assert.False(taken.IsDone);
        Assert.Equal(["Changed b", "Created a", "Deleted c"], await taken);
        Assert.Equal(2.6, Loop.Now.TotalSeconds, 3);
    });

    [Fact(Timeout = 30000)]
    public void Watch_DebounceAndRename_OldNamesChangesComeFirst() => Run(async Coroutine () =>
    {
        using EventStream<FileChange> changes = Watch(new WatchOptions { Debounce = TimeSpan.FromSeconds(1) });
        Watcher.Raise(WatcherChangeTypes.Created, "new.tmp");
        Watcher.RaiseRenamed("new.tmp", "new");
        Watcher.Raise(WatcherChangeTypes.Changed, "new");
        Assert.Equal(["Created new.tmp", "Renamed new"], await Take(changes, 2));
    });

    [Fact(Timeout = 30000)]
    public void Dispose_Stream_DisposesTheWatcherAndForgetsWhatIsHeldBack() => Run(async Coroutine () =>
    {
        EventStream<FileChange> changes = Watch(new WatchOptions { Debounce = TimeSpan.FromSeconds(1) });
        Watcher.Raise(WatcherChangeTypes.Created, "a");
        await LoopTask.Yield();
        changes.Dispose();
        Assert.True(Watcher.IsDisposed);
        Assert.Equal(0, Loop.TimerCount);
        Assert.False(await changes.MoveNextAsync());
    });

    [Fact(Timeout = 30000)]
    public void Close_WhileWatching_DisposesTheWatcher()
    {
        Watch(new WatchOptions { Debounce = TimeSpan.FromSeconds(1) });
        Watcher.Raise(WatcherChangeTypes.Created, "a");
        RunTurns(2);
        Loop.Close();
        Assert.True(Watcher.IsDisposed);
    }

    [Fact(Timeout = 30000)]
    public void Watch_BadCalls_ThrowAtOnce()
    {
        Assert.Throws<ArgumentException>(() => Loop.Watch(PathOf("missing")));
        Assert.Throws<ArgumentNullException>("directory", () => Loop.Watch(null!));
        Assert.Throws<ArgumentNullException>("filter", () => Loop.Watch(_folder, null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.Watch(_folder, options: new WatchOptions { Bound = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.Watch(_folder, options: new WatchOptions { Debounce = TimeSpan.FromSeconds(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loop.Watch(_folder, options: new WatchOptions { RetryDelay = TimeSpan.Zero }));
        Loop.Close();
        Assert.Throws<ObjectDisposedException>(() => Loop.Watch(_folder));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private RaisingWatcher Watcher => _watchers[^1];

    private string PathOf(string name) => Path.Combine(_folder, name);

    private EventStream<FileChange> Watch(WatchOptions? options = null) => Loop.Watch(_folder, "*.csv", options, (directory, filter) =>
    {
        var watcher = new RaisingWatcher(directory, filter);
        _watchers.Add(watcher);
        return watcher;
    });

    /// <summary>Without the changes of content that writing a file brings besides.</summary>
    private static async Coroutine<FileChange> NextOther(EventStream<FileChange> changes)
    {
        do
        {
            Assert.True(await changes.MoveNextAsync());
        }
        while (changes.Current.Kind == FileChangeKind.Changed);

        return changes.Current;
    }

    private async Coroutine<List<string>> Take(EventStream<FileChange> changes, int count)
    {
        List<string> taken = [];
        for (int i = 0; i < count; i++)
        {
            Assert.True(await changes.MoveNextAsync());
            taken.Add($"{changes.Current.Kind} {Path.GetRelativePath(_folder, changes.Current.Path).Replace(".", changes.Current.Path == _folder ? "" : ".", StringComparison.Ordinal)}");
        }

        return taken;
    }

    /// <summary>A watcher whose events the test raises, besides those of a directory in which nothing happens.</summary>
    private sealed class RaisingWatcher(string directory, string filter) : FileSystemWatcher(directory, filter)
    {
        internal bool IsDisposed { get; private set; }

        internal void Raise(WatcherChangeTypes kind, string name)
        {
            var args = new FileSystemEventArgs(kind, Path, name);
            switch (kind)
            {
                case WatcherChangeTypes.Created:
                    OnCreated(args);
                    break;
                case WatcherChangeTypes.Changed:
                    OnChanged(args);
                    break;
                default:
                    OnDeleted(args);
                    break;
            }
        }

        internal void RaiseRenamed(string from, string to) => OnRenamed(new RenamedEventArgs(WatcherChangeTypes.Renamed, Path, to, from));

        internal void Fail(Exception exception) => OnError(new ErrorEventArgs(exception));

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
