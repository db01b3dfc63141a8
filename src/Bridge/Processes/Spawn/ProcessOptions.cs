namespace Bridge.Net;

/// <summary>How a child process is started, and what happens around it. Everything is optional.</summary>
/// <remarks>
/// In every case the child gets only the descriptors 0, 1 and 2, no blocked signal, and the default action for SIGPIPE, which .NET ignores.
/// What this process was itself told to ignore when it was started, as by <c>nohup</c>, the child ignores too.
/// </remarks>
public sealed record ProcessOptions
{
    /// <summary>Default: a pipe for <c>SubprocessExec</c> and <c>SubprocessShell</c>, inherited for <see cref="LoopProcess"/>.</summary>
    public Stdio? StandardInput { get; init; }

    /// <summary>Default: a pipe for <c>SubprocessExec</c> and <c>SubprocessShell</c>, inherited for <see cref="LoopProcess"/>.</summary>
    public Stdio? StandardOutput { get; init; }

    /// <summary>Default: a pipe for <c>SubprocessExec</c> and <c>SubprocessShell</c>, inherited for <see cref="LoopProcess"/>.</summary>
    public Stdio? StandardError { get; init; }

    /// <summary>All environment variables of the child; its PATH is also where the program is looked for. Null: those of this process.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Where the child starts. A program given by a relative path is looked for from here. Null: where this process is.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Whether the child leads a new session and process group, without a terminal: Ctrl-C does not reach it.</summary>
    public bool NewSession { get; init; }

    /// <summary>The process group to join. 0: a new one that the child leads. Null: that of this process.</summary>
    public int? ProcessGroup { get; init; }

    /// <summary>
    /// How long the outputs may stay open after the child has exited, on the loop's clock: grandchildren can hold them for ever. What the
    /// child wrote is read in any case. Null: until everybody has closed them, as asyncio waits.
    /// </summary>
    public TimeSpan? DrainTime { get; init; }

    /// <summary>For <see cref="LoopProcess"/>: the most bytes that its readers buffer before the child has to wait is twice this; at least 1.</summary>
    public int StreamLimit { get; init; } = 64 * 1024;

    /// <summary>Kills the child when it is cancelled, with its whole group if it leads one, and closes its pipes.</summary>
    public CancellationToken KillToken { get; init; }

    /// <summary>For tests: watches the exit as if the system had no pidfd.</summary>
    internal bool WatchesByThread { get; init; }

    /// <summary>Whether the child leads a group, which can be killed as a whole.</summary>
    internal bool LeadsGroup => NewSession || ProcessGroup == 0;

    /// <summary>Throws at the call for what can never work.</summary>
    internal void Check()
    {
        if (NewSession && ProcessGroup is not null)
        {
            throw new ArgumentException(Messages.SessionAndGroup(ProcessGroup.Value), nameof(ProcessGroup));
        }

        if (ProcessGroup < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(ProcessGroup), ProcessGroup, $"ProcessGroup is {ProcessGroup}. Use 0 for a new group, or the number of one.");
        }

        if (DrainTime < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(DrainTime), DrainTime, $"DrainTime is {DrainTime}; it must be zero or more. Use null to wait for the end of the pipes.");
        }

        if (StreamLimit < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(StreamLimit), StreamLimit, $"StreamLimit is {StreamLimit}; it must be at least 1.");
        }

        CheckStdio(StandardInput, nameof(StandardInput), canBeStdOut: false);
        CheckStdio(StandardOutput, nameof(StandardOutput), canBeStdOut: false);
        CheckStdio(StandardError, nameof(StandardError), canBeStdOut: true);
        SpawnText.Check(WorkingDirectory, nameof(WorkingDirectory));
        foreach ((string name, string value) in Environment ?? new Dictionary<string, string>())
        {
            SpawnText.CheckVariable(name, value);
        }
    }

    private static void CheckStdio(Stdio? stdio, string name, bool canBeStdOut)
    {
        if (stdio is { Kind: StdioKind.StdOut } && !canBeStdOut)
        {
            throw new ArgumentException(Messages.StdOutForOther(name), name);
        }

        if (stdio?.Handle is { } handle && (handle.IsClosed || handle.IsInvalid))
        {
            throw new ArgumentException(Messages.StdioClosed(name), name);
        }
    }
}
