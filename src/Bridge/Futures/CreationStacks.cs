using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Debug mode: where futures, tasks and coroutines were made. Beside the objects, so that they stay small without it.</summary>
internal static class CreationStacks
{
    private static readonly ConditionalWeakTable<object, string> s_stacks = [];

    internal static void Record(object made) => s_stacks.AddOrUpdate(made, TracedCallback.CaptureStack());

    internal static string? Find(object made) => s_stacks.TryGetValue(made, out string? stack) ? stack : null;
}
