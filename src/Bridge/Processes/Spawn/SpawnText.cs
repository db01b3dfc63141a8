namespace Bridge.Net;

/// <summary>Checks what becomes a C string: it would end at the first zero.</summary>
internal static class SpawnText
{
    internal static void Check(string? text, string name)
    {
        if (text is not null && text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException(Messages.EmbeddedZero(text), name);
        }
    }

    internal static void CheckProgram(string program, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(program, name);
        Check(program, name);
    }

    /// <summary>Takes a copy of the arguments: nobody can change it before the child is started.</summary>
    internal static List<string> CopyArguments(string program, IEnumerable<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var all = new List<string> { program };
        foreach (string argument in arguments)
        {
            ArgumentNullException.ThrowIfNull(argument, nameof(arguments));
            Check(argument, nameof(arguments));
            all.Add(argument);
        }

        return all;
    }

    internal static void CheckVariable(string name, string value)
    {
        Check(name, nameof(name));
        Check(value, nameof(value));
        if (value is null || name.Length == 0 || name.Contains('=', StringComparison.Ordinal))
        {
            throw new ArgumentException(Messages.BadVariable(name), nameof(name));
        }
    }
}
