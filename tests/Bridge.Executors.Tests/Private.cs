using System.Reflection;

namespace Bridge.Executors.Tests;

/// <summary>Reads private fields: to hold a lock that in life is held for moments only.</summary>
internal static class Private
{
    /// <summary>The field's value, once another thread has set it.</summary>
    internal static object Await(object owner, string name)
    {
        object? value = null;
        SpinWait.SpinUntil(() => (value = Field(owner, name)) is not null);
        return value!;
    }

    internal static object? Field(object owner, string name)
    {
        for (Type? type = owner.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic) is { } field)
            {
                return field.GetValue(owner);
            }
        }

        throw new MissingFieldException(owner.GetType().Name, name);
    }
}
