namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/file-watcher.md</summary>
public sealed class FileWatcherPage
{
    [Fact(Timeout = 30000)]
    public void Watch_FilesThatArrive_AreImported()
    {
        string folder = Directory.CreateTempSubdirectory("bridge-cookbook").FullName;
        try
        {
            EventLoop.Run(async Coroutine () =>
            {
                EventLoop loop = EventLoop.Running;
                var importer = new Importer(2);
                LoopTask watching = loop.CreateTask(Watch(loop, folder, importer, CancellationToken.None));
                await LoopTask.Yield();
                await File.WriteAllTextAsync(Path.Combine(folder, "a.csv"), "1");
                await File.WriteAllTextAsync(Path.Combine(folder, "b.txt"), "2");
                await File.WriteAllTextAsync(Path.Combine(folder, "c.csv"), "3");
                await loop.WrapFuture(importer.Done);
                Assert.Equal(["a.csv", "c.csv"], importer.Names.Distinct());
                watching.Cancel();
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Coroutine Watch(EventLoop loop, string folder, Importer importer, CancellationToken token)
    {
        #region file-watcher
        var options = new WatchOptions { Debounce = TimeSpan.FromMilliseconds(200), Rescan = true };
        await foreach (FileChange change in loop.Watch(folder, "*.csv", options, token))
        {
            if (change.Kind is FileChangeKind.Created or FileChangeKind.Changed or FileChangeKind.Renamed or FileChangeKind.Found)
            {
                importer.Import(change.Path);
            }
        }
        #endregion
    }

    private sealed class Importer(int expected)
    {
        private readonly TaskCompletionSource _done = new();

        internal List<string> Names { get; } = [];

        internal Task Done => _done.Task;

        internal void Import(string path)
        {
            Names.Add(Path.GetFileName(path));
            if (Names.Distinct().Count() == expected)
            {
                _done.TrySetResult();
            }
        }
    }
}
