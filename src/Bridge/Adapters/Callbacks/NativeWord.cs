using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Arguments and results of native calls, as they travel: whole numbers and pointers, one machine word each.</summary>
internal static class NativeWord
{
    /// <summary>Refuses types that do not travel that way.</summary>
    internal static void Check<T>()
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Callbacks from native code need a little-endian processor.");
        }

        bool isWhole = typeof(T) == typeof(nint) || typeof(T) == typeof(nuint)
            || Type.GetTypeCode(typeof(T)) is >= TypeCode.SByte and <= TypeCode.UInt64;
        if (!isWhole || Unsafe.SizeOf<T>() > nint.Size)
        {
            throw new ArgumentException(Messages.NotANativeWord(typeof(T)));
        }
    }

    /// <summary>A narrower value is in the low bytes; what native code left above them is none of ours.</summary>
    internal static T From<T>(nint word)
        where T : unmanaged
        => Unsafe.As<nint, T>(ref word);

    internal static nint To<T>(T value)
        where T : unmanaged
    {
        nint word = 0;
        Unsafe.As<nint, T>(ref word) = value;
        return word;
    }
}
