using System.Reflection;

namespace Bridge.Executors.Tests;

/// <summary>Reads private fields: to hold a lock that in life is held for moments only.</summary>
internal static class Private
{
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
