namespace Bridge;

/// <summary>Every exception text of the assembly: what was wrong, with the value, and what to do instead.</summary>
internal static partial class Messages
{
    internal static string NotAWatchableHandle(object file)
        => $"'{file.GetType().Name}' is closed or invalid and cannot be watched. Register it before it is closed.";
}
