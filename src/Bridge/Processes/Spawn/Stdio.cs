using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <summary>What a child process has for its standard input, output or error. Any thread.</summary>
/// <remarks>A handle can be given as it is: <c>StandardOutput = file</c>. Source: asyncio's <c>PIPE</c>, <c>DEVNULL</c> and <c>STDOUT</c>.</remarks>
public sealed class Stdio
{
    private Stdio(StdioKind kind, SafeHandle? handle = null)
    {
        Kind = kind;
        Handle = handle;
    }

    /// <summary>What this process has.</summary>
    public static Stdio Inherit { get; } = new(StdioKind.Inherit);

    /// <summary>A pipe to this process.</summary>
    public static Stdio Pipe { get; } = new(StdioKind.Pipe);

    /// <summary>The null device: nothing to read, and what is written is gone.</summary>
    public static Stdio DevNull { get; } = new(StdioKind.DevNull);

    /// <summary>For the standard error only: wherever the standard output goes.</summary>
    public static Stdio StdOut { get; } = new(StdioKind.StdOut);

    internal StdioKind Kind { get; }

    internal SafeHandle? Handle { get; }

    /// <summary>An open file, pipe or socket of this process. The child has a descriptor of its own to it; the handle stays the caller's.</summary>
    /// <param name="handle">The handle; must be open when the child is started.</param>
    /// <returns>A new value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handle"/> is null.</exception>
    public static Stdio From(SafeHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return new Stdio(StdioKind.Handle, handle);
    }

    /// <summary>The same as <see cref="From"/>.</summary>
    /// <param name="handle">The handle.</param>
    public static implicit operator Stdio(SafeHandle handle) => From(handle);

    /// <summary>Which of the five it is, for people.</summary>
    public override string ToString() => Handle is null ? Kind.ToString() : FileText.Of(Handle);
}

/// <summary>The kinds of <see cref="Stdio"/>.</summary>
internal enum StdioKind : byte
{
    Inherit,
    Pipe,
    DevNull,
    StdOut,
    Handle,
}
