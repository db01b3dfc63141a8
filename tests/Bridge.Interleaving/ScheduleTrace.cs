using System.Diagnostics;
using System.Text;

namespace Bridge.Interleaving;

/// <summary>Who did what in one run: a line for each mark that was reached, with the method that is about to go on there.</summary>
internal sealed class ScheduleTrace
{
    private readonly StringBuilder _text = new();
    private int _step;

    internal void Add(string thread, string what)
        => _text.Append(++_step).Append(". ").Append(thread).Append(": ").AppendLine(what);

    /// <summary>The innermost methods on the stack that belong to the model or the product.</summary>
    internal static string Here()
    {
        IEnumerable<string> frames = new StackTrace(false).GetFrames()
            .Select(frame => frame.GetMethod())
            .SkipWhile(method => method?.DeclaringType is not { } type || IsOurs(type))
            .TakeWhile(method => method?.DeclaringType is { } type && !IsOurs(type))
            .Take(3)
            .Select(method => $"{method!.DeclaringType!.Name}.{method.Name}");
        return string.Join(" < ", frames);
    }

    public override string ToString() => _text.ToString();

    private static bool IsOurs(Type type)
        => type == typeof(ScheduleTrace) || type == typeof(ScheduledRun) || type.DeclaringType == typeof(ScheduledRun)
            || type == typeof(ModelThread) || type == typeof(Interleave) || type == typeof(Model);
}
