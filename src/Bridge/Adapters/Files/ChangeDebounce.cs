namespace Bridge;

/// <summary>Holds changes back until their path has been quiet for a while, and makes one of several. Loop thread.</summary>
internal sealed class ChangeDebounce
{
    private readonly EventLoop _loop;
    private readonly TimeSpan _quiet;
    private readonly Action<FileChange> _emit;

    /// <summary>By deadline: the quiet time is the same for all, so what is added last is due last.</summary>
    private readonly LinkedList<(FileChange Change, TimeSpan Deadline)> _pending = new();
    private readonly Dictionary<string, LinkedListNode<(FileChange Change, TimeSpan Deadline)>> _byPath = new(StringComparer.Ordinal);
    private TimerHandle _timer;

    internal ChangeDebounce(EventLoop loop, TimeSpan quiet, Action<FileChange> emit)
    {
        _loop = loop;
        _quiet = quiet;
        _emit = emit;
    }

    internal void Add(FileChange change)
    {
        if (change.Kind is FileChangeKind.Overflow or FileChangeKind.Found)
        {
            // After an overflow there is nothing left to wait for.
            EmitUntil(TimeSpan.MaxValue);
            _emit(change);
            return;
        }

        if (change.OldPath is { } oldPath && _byPath.Remove(oldPath, out var earlier))
        {
            // What happened under the old name comes before the new name.
            _pending.Remove(earlier);
            _emit(earlier.Value.Change);
        }

        if (_byPath.Remove(change.Path, out var same))
        {
            _pending.Remove(same);
            change = Merge(same.Value.Change, change);
        }

        _byPath.Add(change.Path, _pending.AddLast((change, _loop.Now + _quiet)));
        SetTimer();
    }

    internal void Stop() => _timer.Cancel();

    /// <summary>A new file that is written to is a new file.</summary>
    private static FileChange Merge(FileChange earlier, FileChange later)
        => later.Kind == FileChangeKind.Changed && earlier.Kind is FileChangeKind.Created or FileChangeKind.Renamed ? earlier : later;

    private void SetTimer()
    {
        if (!_timer.IsPending && _pending.First is { } first)
        {
            _timer = _loop.CallAt(first.Value.Deadline, static self => ((ChangeDebounce)self!).OnTimer(), this);
        }
    }

    private void OnTimer()
    {
        EmitUntil(_loop.Now);
        SetTimer();
    }

    private void EmitUntil(TimeSpan now)
    {
        while (_pending.First is { } first && first.Value.Deadline <= now)
        {
            _pending.RemoveFirst();
            _byPath.Remove(first.Value.Change.Path);
            _emit(first.Value.Change);
        }
    }
}
