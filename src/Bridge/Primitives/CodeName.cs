using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Methods as people wrote them, from the names the compiler made of them.</summary>
/// <remarks>
/// The compiler writes &lt;Method&gt;d__1 for the state machine of a method, &lt;Method&gt;b__1_0 for a lambda inside it, &lt;Method&gt;g__Local|1_0 for a local
/// function, &lt;&gt;c for a class that only holds such. A name of another form is left as it is.
/// </remarks>
internal static class CodeName
{
    internal const string Unknown = "unknown";

    /// <summary>Held weakly, for code may be unloaded. A call graph of many tasks asks for the same few.</summary>
    private static readonly ConditionalWeakTable<Type, string> s_names = [];

    /// <summary>The async method of a state machine, with the type that declares it. Any thread.</summary>
    internal static string OfStateMachine(Type stateMachine) => s_names.GetOrAdd(stateMachine, MakeName);

    private static string MakeName(Type stateMachine)
    {
        string path = stateMachine.Name;
        for (Type? outer = stateMachine.DeclaringType; outer is not null; outer = outer.DeclaringType)
        {
            path = $"{outer.Name}+{path}";
        }

        return OfStateMachine(path);
    }

    /// <param name="typeName">Full name of the state machine, nested types after a plus.</param>
    internal static string OfStateMachine(string typeName)
        => MethodOf(typeName) is { } method ? Of(OuterOf(typeName), method) : TypePart(typeName) ?? Unknown;

    /// <summary>A method and its type, without namespace, type arguments, and what the compiler put between.</summary>
    internal static string Of(string typeName, string method)
    {
        string readable = MethodPart(method);
        return TypePart(typeName) is { } type ? $"{type}.{readable}" : readable;
    }

    /// <summary>The same of a method as a stack shows it, with its namespace.</summary>
    internal static string OfFrame(string typeName, string method)
    {
        string name = method == "MoveNext" && MethodOf(typeName) is not null ? OfStateMachine(typeName) : Of(typeName, method);
        int nested = typeName.IndexOf('+', StringComparison.Ordinal);
        int end = typeName.LastIndexOf('.', nested < 0 ? typeName.Length - 1 : nested);
        return end < 0 ? name : $"{typeName[..end]}.{name}";
    }

    /// <summary>The compiler's name of the method whose state machine this is; null if it is none.</summary>
    internal static string? MethodOf(string typeName)
    {
        string name = typeName[(typeName.LastIndexOf('+') + 1)..];
        int end = name.LastIndexOf('>');
        return name.StartsWith('<') && end > 1 && end + 1 < name.Length && name[end + 1] == 'd' ? name[1..end] : null;
    }

    /// <summary>The type that declares a nested one.</summary>
    internal static string OuterOf(string typeName)
    {
        int end = typeName.LastIndexOf('+');
        return end < 0 ? "" : typeName[..end];
    }

    /// <summary>The simple name of an assembly; ahead of time the full one has fewer parts.</summary>
    internal static ReadOnlySpan<char> OfAssembly(string fullName)
    {
        int end = fullName.IndexOf(',', StringComparison.Ordinal);
        return fullName.AsSpan(0, end < 0 ? fullName.Length : end);
    }

    /// <summary>The innermost type that has a name of its own.</summary>
    private static string? TypePart(string typeName)
    {
        foreach (string name in typeName.Split('+').Reverse())
        {
            if (name.Length > 0 && !name.StartsWith('<'))
            {
                string simple = name[(name.LastIndexOf('.') + 1)..];
                int arity = simple.IndexOf('`', StringComparison.Ordinal);
                return arity < 0 ? simple : simple[..arity];
            }
        }

        return null;
    }

    /// <summary>Main, Main.Local, Main.lambda; nested ones have more parts.</summary>
    private static string MethodPart(string method)
    {
        int end = method.LastIndexOf('>');
        if (!method.StartsWith('<') || end < 1 || end + 1 >= method.Length)
        {
            return method;
        }

        string outer = MethodPart(method[1..end]);
        string rest = method[(end + 1)..];
        if (rest.StartsWith("g__", StringComparison.Ordinal))
        {
            int bar = rest.IndexOf('|', StringComparison.Ordinal);
            return $"{outer}.{(bar < 0 ? rest[3..] : rest[3..bar])}";
        }

        return rest.StartsWith('b') ? $"{outer}.lambda" : outer;
    }
}
