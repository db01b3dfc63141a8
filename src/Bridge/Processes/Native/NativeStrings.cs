using System.Runtime.InteropServices;

namespace Bridge.Net.Native;

/// <summary>Strings as C wants them: UTF-8 with a zero at the end, singly or as a list that ends with null. Freed together.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly List<nint> _blocks = [];

    internal byte* Add(string text)
    {
        nint block = Marshal.StringToCoTaskMemUTF8(text);
        _blocks.Add(block);
        return (byte*)block;
    }

    internal byte** Add(IReadOnlyList<string> texts)
    {
        nint block = Marshal.AllocCoTaskMem((texts.Count + 1) * sizeof(nint));
        _blocks.Add(block);
        var list = (byte**)block;
        for (int i = 0; i < texts.Count; i++)
        {
            list[i] = Add(texts[i]);
        }

        list[texts.Count] = null;
        return list;
    }

    public void Dispose()
    {
        foreach (nint block in _blocks)
        {
            Marshal.FreeCoTaskMem(block);
        }

        _blocks.Clear();
    }
}
