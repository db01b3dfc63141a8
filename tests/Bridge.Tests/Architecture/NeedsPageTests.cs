using System.Text.RegularExpressions;

namespace Bridge.Tests.Architecture;

/// <summary>Holds docs/needs.md to the tests: every rank has its row, in order, and every test named there exists.</summary>
public sealed partial class NeedsPageTests
{
    [Fact]
    public void Page_RanksOneToFortyTwo_EachHasOneRow()
    {
        int[] ranks = [.. Rows().Select(row => int.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(Enumerable.Range(1, 42), ranks);
    }

    [Fact]
    public void Page_TestsNamed_Exist()
    {
        string[] sources = [.. Directory.EnumerateFiles(Path.Combine(Root(), "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText)];
        List<string> missing = [];
        foreach (Match name in Rows().SelectMany(row => TestName().Matches(row[4])))
        {
            string declaration = $"class {name.Groups["class"].Value}";
            string method = name.Groups["method"].Value;
            if (!sources.Any(text => Regex.IsMatch(text, $@"\b{declaration}\b") && (method == "*" || text.Contains($" {method}(", StringComparison.Ordinal))))
            {
                missing.Add(name.Value);
            }
        }

        Assert.Empty(missing);
    }

    private static string[][] Rows() => [.. File.ReadAllLines(Path.Combine(Root(), "docs", "needs.md"))
        .Where(line => line.Length > 2 && char.IsAsciiDigit(line[2]))
        .Select(line => line.Split('|'))];

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Bridge.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }

    [GeneratedRegex(@"`(?<class>\w+)\.(?<method>\w+|\*)`")]
    private static partial Regex TestName();
}
