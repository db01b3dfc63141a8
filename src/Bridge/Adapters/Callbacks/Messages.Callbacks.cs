namespace Bridge;

/// <content>Texts about callbacks that are handled on a loop.</content>
internal static partial class Messages
{
    internal static string CallbackFull(string handler, EventLoop loop, int bound)
        => $"{bound} calls of {handler} wait for event loop '{loop.Name}', which is all that may. Call it less often, bind it with a higher bound, or let it drop calls.";

    internal static string NullFromHandler(string handler)
        => $"The bound handler {handler} returned null instead of a coroutine.";

    internal static string NotANativeWord(Type type)
        => $"{type} cannot be an argument or result of a native callback, which takes whole numbers, enums, nint and nuint up to the size of a pointer. "
            + "Use int or byte for bool, and nint for a pointer to anything else.";
}
