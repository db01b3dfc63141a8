namespace CodeSearch;

/// <summary>Finds files, reads many at a time, stores each. Its fields belong to the loop, so they need no lock.</summary>
internal sealed class Indexer(string folder, SearchDatabase database)
{
    // Contents that are read but not stored yet are in memory, and disks can be faster than databases.
    private readonly LoopSemaphore _inFlight = new(32);

    internal List<FileContent> Skipped { get; private set; } = [];

    internal int Files { get; private set; }

    internal long Bytes { get; private set; }

    internal int Jobs { get; private set; }

    internal async Coroutine Run()
    {
        // Blocking calls go to the loop's default executor, threads that may block. The token asks them to stop when we are cancelled.
        // The result comes back here, on the loop thread.
        (List<FileInfo> found, Skipped) = await EventLoop.Running.RunInExecutor(null, cancellation => FileReader.Find(folder, cancellation));

        // The database's future is nobody's; WrapFuture makes it this loop's. Awaited as it is it would work too, but Ctrl-C could not
        // end the wait.
        await EventLoop.Running.WrapFuture(database.Begin());
        await using var progress = new ProgressDisplay(found.Count);
        await LoopTaskGroup.Run(async Coroutine (group) =>
        {
            foreach (FileInfo file in found)
            {
                // Acquired here, so that few tasks exist at a time as well, and released by the task.
                await _inFlight.Acquire();
                _ = group.CreateTask(ReadAndStore(file, progress));
            }
        });
        await EventLoop.Running.WrapFuture(database.Commit());
        Jobs += 3;
    }

    private async Coroutine ReadAndStore(FileInfo found, ProgressDisplay progress)
    {
        EventLoop loop = EventLoop.Running;
        try
        {
            FileContent file = await loop.RunInExecutor(null, cancellation =>
            {
                FileContent content = FileReader.Read(folder, found, cancellation);

                // This thread must not touch the display, which is the loop's. It may leave a note for the loop, as any thread may.
                loop.CallSoonThreadSafe(progress.Advance);
                return content;
            });
            Jobs++;
            if (file.Problem is not null)
            {
                Skipped.Add(file);
                return;
            }

            await loop.WrapFuture(database.Add(file));
            Jobs++;
            Files++;
            Bytes += file.Bytes;
        }
        finally
        {
            _inFlight.Release();
        }
    }
}
