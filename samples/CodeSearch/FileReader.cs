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
                foreach (DirectoryInfo inner in entries.OfType<DirectoryInfo>().Where(inner => !s_ignored.Contains(inner.Name)))
                {
                    if (inner.LinkTarget is null)
                    {
                        folders.Push(inner);
                    }
                    else
                    {
                        skipped.Add(Unusable(root, inner, "link to a folder: not followed, it might lead round in a circle"));
                    }
                }
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
            if (file.Length is 0 or > LargestFile)
            {
                return Unusable(root, file, file.Length == 0 ? "empty: or not a plain file" : $"large: {file.Length:N0} bytes");
            }

            using FileStream stream = file.OpenRead();
            byte[] bytes = new byte[file.Length];
            int length = 0;
            for (int count; (count = stream.Read(bytes, length, Math.Min(bytes.Length - length, 1 << 20))) > 0; length += count)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            return Decode(root, file, bytes.AsSpan(0, length));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Unusable(root, file, "unreadable: " + exception.Message);
        }
    }

    private static FileContent Decode(string root, FileInfo file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Contains((byte)0) || !Utf8.IsValid(bytes))
        {
            return Unusable(root, file, bytes.Contains((byte)0) ? "binary: contains a zero byte" : "invalid: not UTF-8");
        }

        string[] lines = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        return new FileContent(Path.GetRelativePath(root, file.FullName), bytes.Length, Convert.ToHexString(SHA256.HashData(bytes)), lines);
    }

    private static FileContent Unusable(string root, FileSystemInfo entry, string problem)
        => new(Path.GetRelativePath(root, entry.FullName), 0, "", [], problem);
}
