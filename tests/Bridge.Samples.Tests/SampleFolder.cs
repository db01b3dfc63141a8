namespace Bridge.Samples.Tests;

/// <summary>A folder made for one test, gone after it: <see cref="Content"/> to index, and a folder for temporary files next to it.</summary>
internal sealed class SampleFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("bridge-sample-").FullName;

    internal SampleFolder()
    {
        Directory.CreateDirectory(Content);
        Directory.CreateDirectory(Temporary);
    }

    internal string Content => Path.Combine(_root, "content");

    internal string Temporary => Path.Combine(_root, "temporary");

    internal string Outside(string name) => Path.Combine(_root, name);

    internal string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    internal string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(Content, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
