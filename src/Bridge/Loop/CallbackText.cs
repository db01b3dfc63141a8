namespace Bridge;

/// <summary>How reports and debuggers name a callback.</summary>
internal static class CallbackText
{
    internal static string Of(object callback) => callback switch
    {
        Delegate method => $"{method.Method.DeclaringType?.FullName ?? "?"}.{method.Method.Name}",
        LoopWork work => work.Describe(),
        _ => callback.GetType().Name,
    };
}
