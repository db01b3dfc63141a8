using System.Text.RegularExpressions;

namespace Bridge.Cookbook.Tests;

/// <summary>The pages of docs/cookbook and the regions of this project, both as named pieces of text.</summary>
internal static partial class Pages
{
    /// <summary>Every fenced csharp block: page, name after the word csharp (empty if it has none), and text.</summary>
    internal static IEnumerable<(string Page, string Name, string Text)> Snippets()
    {
        foreach (string page in Directory.EnumerateFiles(Path.Combine(Root(), "docs", "cookbook"), "*.md").Order(StringComparer.Ordinal))
        {
            foreach (Match match in Fence().Matches(Read(page)))
            {
                yield return (Path.GetFileName(page), match.Groups["name"].Value.Trim(), Trimmed(match.Groups["text"].Value));
            }
        }
    }

    /// <summary>Every region of the sources beside this one.</summary>
    internal static ILookup<string, string> Regions()
    {
        string folder = Path.Combine(Root(), "tests", "Bridge.Cookbook.Tests");
        return Directory.EnumerateFiles(folder, "*.cs")
            .SelectMany(file => Region().Matches(Read(file)))
            .ToLookup(match => match.Groups["name"].Value, match => Trimmed(match.Groups["text"].Value));
    }

    /// <summary>Without the indentation that all lines share, and without empty lines around.</summary>
    internal static string Trimmed(string text)
    {
        string[] lines = text.Split('\n').Select(line => line.TrimEnd()).ToArray();
        int indent = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : line)).Trim('\n');
    }

    /// <summary>Found from the test's own place: source paths in the assembly are mapped away in reproducible builds.</summary>
    internal static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Bridge.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"No Bridge.sln above {AppContext.BaseDirectory}.");
    }

    private static string Read(string file) => File.ReadAllText(file).ReplaceLineEndings("\n");

    [GeneratedRegex(@"^```csharp(?<name>[^\n]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^[ ]*#region (?<name>[^\n]+)\n(?<text>.*?)^[ ]*#endregion", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Region();
}
