using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace CodeSearch;

/// <summary>A file that was read: its lines, or the problem why there are none.</summary>
internal sealed record FileContent(string Name, int Bytes, string Hash, string[] Lines, string? Problem = null);

/// <summary>The blocking part, for threads that may block. It knows no loop and shares nothing.</summary>
internal static class FileReader
{
    private const int LargestFile = 64 << 20;

    private static readonly HashSet<string> s_ignored = [".git", "bin", "obj", "artifacts", "node_modules"];

    /// <summary>Finds every file below a folder, and the folders it could not look into.</summary>
    internal static (List<FileInfo> Files, List<FileContent> Skipped) Find(string root, CancellationToken cancellation)
    {
        List<FileInfo> files = [];
        List<FileContent> skipped = [];
        var folders = new Stack<DirectoryInfo>([new DirectoryInfo(root)]);
        while (folders.TryPop(out DirectoryInfo? folder))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                FileSystemInfo[] entries = folder.GetFileSystemInfos();
                files.AddRange(entries.OfType<FileInfo>());
                ILookup<bool, DirectoryInfo> isLink = entries.OfType<DirectoryInfo>().Where(inner => !s_ignored.Contains(inner.Name)).ToLookup(inner => inner.LinkTarget is not null);
                skipped.AddRange(isLink[true].Select(link => Unusable(root, link, "link to a folder, not followed: it might lead round in a circle")));
                Array.ForEach([.. isLink[false]], folders.Push);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                skipped.Add(Unusable(root, folder, "unreadable: " + exception.Message));
            }
        }

        return (files, skipped);
    }

    /// <summary>Reads, checks, hashes and decodes. A file that cannot be used is a result like any other, not an exception.</summary>
    internal static FileContent Read(string root, FileInfo file, CancellationToken cancellation)
    {
        try
        {
            // Pipes, sockets and devices have no length either, and opening one of these could block for ever.
            cancellation.ThrowIfCancellationRequested();
            return (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length switch
            {
                0 => Unusable(root, file, "empty, or a pipe, socket or device"),
                > LargestFile => Unusable(root, file, $"larger than {LargestFile:N0} bytes"),
                _ => Decode(root, file, File.ReadAllBytes(file.FullName)),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Unusable(root, file, "unreadable: " + exception.Message);
        }
    }

    private static FileContent Decode(string root, FileInfo file, byte[] bytes)
    {
        bool isBinary = bytes.Contains((byte)0);
        if (isBinary || !Utf8.IsValid(bytes))
        {
            return Unusable(root, file, isBinary ? "binary, contains a zero byte" : "invalid UTF-8");
        }

        string[] lines = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        return new FileContent(Path.GetRelativePath(root, file.FullName), bytes.Length, Convert.ToHexString(SHA256.HashData(bytes)), lines);
    }

    private static FileContent Unusable(string root, FileSystemInfo entry, string problem)
        => new(Path.GetRelativePath(root, entry.FullName), 0, "", [], problem);
}
