using System.Collections;
using Bridge.Net.Native;

namespace Bridge.Net;

/// <summary>Starts a child by posix_spawn.</summary>
internal static unsafe class ChildSpawner
{
    private const int SIGPIPE = 13;
    private const int SIGXFSZ = 25;

    private static readonly bool s_isLinux = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid();

    /// <summary>False once this C library has turned out to lack it; a benign race, whoever finds it says the same.</summary>
    private static volatile bool s_hasCloseFrom = s_isLinux;

    /// <summary>Starts a program.</summary>
    /// <param name="arguments">The program and its arguments.</param>
    /// <param name="options">Checked before.</param>
    /// <param name="streams">Still ours after the call.</param>
    /// <returns>The process id. Somebody must take its status.</returns>
    /// <exception cref="FileNotFoundException">There is no such program, or the interpreter it names is missing.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such working directory.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be started.</exception>
    /// <exception cref="IOException">The system refused; HResult is the error number.</exception>
    internal static int Start(IReadOnlyList<string> arguments, ProcessOptions options, ChildStreams streams)
    {
        if (options.WorkingDirectory is { } directory && !Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException(Messages.NoWorkingDirectory(arguments[0], directory));
        }

        List<string> environment = EnvironmentOf(options, out string? path);
        using var strings = new NativeStrings();
        byte* attributes = stackalloc byte[ProcessLibC.OpaqueSize];
        byte* actions = stackalloc byte[ProcessLibC.OpaqueSize];
        Check(ProcessLibC.AttributesInit(attributes), arguments[0]);
        try
        {
            Check(ProcessLibC.ActionsInit(actions), arguments[0]);
            try
            {
                SetAttributes(attributes, options, arguments[0]);
                AddActions(actions, options, streams, strings, arguments[0]);
                return Start(arguments, path, actions, attributes, strings.Add(arguments), strings.Add(environment));
            }
            finally
            {
                _ = ProcessLibC.ActionsDestroy(actions);
            }
        }
        finally
        {
            _ = ProcessLibC.AttributesDestroy(attributes);
        }
    }

    private static int Start(IReadOnlyList<string> arguments, string? path, byte* actions, byte* attributes, byte** argumentList, byte** environment)
    {
        int failure = Selectors.Native.Errno.ENOENT;
        foreach (string candidate in ProgramSearch.Candidates(arguments[0], path))
        {
            using var name = new NativeStrings();
            int pid;
            int error = ProcessLibC.PosixSpawn(&pid, name.Add(candidate), actions, attributes, argumentList, environment);
            switch (error)
            {
                case 0:
                    return pid;
                case Selectors.Native.Errno.ENOENT or SystemErrors.ENOTDIR:
                    break;
                case SystemErrors.EACCES:
                    // There may be one further on that can be started, as a shell would find it.
                    failure = error;
                    break;
                default:
                    throw SpawnFailed(arguments[0], error);
            }
        }

        throw SpawnFailed(arguments[0], failure);
    }

    private static void SetAttributes(byte* attributes, ProcessOptions options, string program)
    {
        short flags = ProcessLibC.POSIX_SPAWN_SETSIGDEF | ProcessLibC.POSIX_SPAWN_SETSIGMASK;

        // What is caught has its default action again after exec anyway. Of the ignored ones only these were ignored by runtimes for
        // themselves; the rest was somebody's wish, and children go by it.
        byte* signals = stackalloc byte[ProcessLibC.OpaqueSize];
        _ = ProcessLibC.SigEmptySet(signals);
        Check(ProcessLibC.AttributesSetSignalMask(attributes, signals), program);
        _ = ProcessLibC.SigAddSet(signals, SIGPIPE);
        _ = ProcessLibC.SigAddSet(signals, SIGXFSZ);
        Check(ProcessLibC.AttributesSetDefaultSignals(attributes, signals), program);
        if (options.NewSession)
        {
            flags |= s_isLinux ? ProcessLibC.POSIX_SPAWN_SETSID_LINUX : ProcessLibC.POSIX_SPAWN_SETSID_APPLE;
        }

        if (options.ProcessGroup is { } group)
        {
            flags |= ProcessLibC.POSIX_SPAWN_SETPGROUP;
            Check(ProcessLibC.AttributesSetGroup(attributes, group), program);
        }

        if (!s_isLinux)
        {
            flags |= ProcessLibC.POSIX_SPAWN_CLOEXEC_DEFAULT;
        }

        Check(ProcessLibC.AttributesSetFlags(attributes, flags), program);
    }

    private static void AddActions(byte* actions, ProcessOptions options, ChildStreams streams, NativeStrings strings, string program)
    {
        for (int descriptor = 0; descriptor < 3; descriptor++)
        {
            Check(AddStream(actions, descriptor, streams.ForChild(descriptor), strings), program);
        }

        if (options.WorkingDirectory is { } directory)
        {
            try
            {
                Check(ProcessLibC.ActionsAddChangeDirectory(actions, strings.Add(directory)), program);
            }
            catch (EntryPointNotFoundException exception)
            {
                throw new PlatformNotSupportedException(Messages.NoChangeDirectory(program), exception);
            }
        }

        // .NET opens everything so that children do not get it. This is for what other code opened.
        if (s_hasCloseFrom)
        {
            try
            {
                Check(ProcessLibC.ActionsAddCloseFrom(actions, 3), program);
            }
            catch (EntryPointNotFoundException)
            {
                s_hasCloseFrom = false;
            }
        }
    }

    private static int AddStream(byte* actions, int descriptor, int forChild, NativeStrings strings) => forChild switch
    {
        // Apple's child keeps only what is named.
        ChildStreams.Inherited => s_isLinux ? 0 : ProcessLibC.ActionsAddDup2(actions, descriptor, descriptor),
        ChildStreams.Null => ProcessLibC.ActionsAddOpen(actions, descriptor, strings.Add("/dev/null"), ProcessLibC.O_RDWR, 0),
        ChildStreams.SameAsOutput => ProcessLibC.ActionsAddDup2(actions, 1, descriptor),
        _ => ProcessLibC.ActionsAddDup2(actions, forChild, descriptor),
    };

    private static List<string> EnvironmentOf(ProcessOptions options, out string? path)
    {
        var list = new List<string>();
        if (options.Environment is { } variables)
        {
            path = variables.TryGetValue("PATH", out string? own) ? own : null;
            list.AddRange(variables.Select(static variable => $"{variable.Key}={variable.Value}"));
            return list;
        }

        path = Environment.GetEnvironmentVariable("PATH");
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            list.Add($"{variable.Key}={variable.Value}");
        }

        return list;
    }

    private static void Check(int error, string program)
    {
        if (error != 0)
        {
            throw SpawnFailed(program, error);
        }
    }

    private static Exception SpawnFailed(string program, int error) => error switch
    {
        Selectors.Native.Errno.ENOENT or SystemErrors.ENOTDIR => new FileNotFoundException(Messages.CannotStart(program, error), program),
        SystemErrors.EACCES or Selectors.Native.Errno.EPERM => new UnauthorizedAccessException(Messages.CannotStart(program, error)),
        _ => new IOException(Messages.CannotStart(program, error), error),
    };
}
