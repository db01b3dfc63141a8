namespace Bridge.Cookbook.Tests;

/// <summary>Pages and code cannot part: each snippet of a page is a region of this project, which is compiled and run.</summary>
public sealed class PageTests
{
    [Fact]
    public void Snippets_OfEveryPage_AreRegionsOfThisProject()
    {
        ILookup<string, string> regions = Pages.Regions();
        List<string> wrong = [];
        int count = 0;
        foreach ((string page, string name, string text) in Pages.Snippets())
        {
            count++;
            if (name.Length == 0)
            {
                wrong.Add($"{page}: a csharp block has no name. Write ```csharp NAME, and put the code between #region NAME and #endregion.");
            }
            else if (!regions.Contains(name))
            {
                wrong.Add($"{page}: there is no region '{name}' in tests/Bridge.Cookbook.Tests.");
            }
            else if (regions[name].Single() != text)
            {
                wrong.Add($"{page}: '{name}' differs from its region:\n{text}\n--- region ---\n{regions[name].Single()}");
            }
        }

        Assert.Empty(wrong);
        Assert.NotEqual(0, count);
    }

    [Fact]
    public void Regions_OfThisProject_AreOnAPage()
    {
        HashSet<string> used = [.. Pages.Snippets().Select(snippet => snippet.Name)];
        List<string> unused = [.. Pages.Regions().Select(region => region.Key)];
        unused.RemoveAll(used.Contains);
        Assert.Empty(unused);
    }

    [Fact]
    public void Pages_AllOfThem_AreInTheIndexAndStateTheirRules()
    {
        string folder = Path.Combine(Pages.Root(), "docs", "cookbook");
        string index = File.ReadAllText(Path.Combine(folder, "README.md"));
        List<string> wrong = [];
        foreach (string page in Directory.EnumerateFiles(folder, "*.md").Where(page => Path.GetFileName(page) != "README.md"))
        {
            string name = Path.GetFileName(page);
            string text = File.ReadAllText(page);
            if (!index.Contains($"({name})", StringComparison.Ordinal))
            {
                wrong.Add($"{name} is not in README.md");
            }

            wrong.AddRange(new[] { "Thread", "Context", "Cancellation", "Error", "Close", "Order" }
                .Where(rule => !text.Contains($"\n| {rule} |", StringComparison.Ordinal))
                .Select(rule => $"{name} has no row '{rule}' in its table"));
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Trimmed_IndentedText_LosesWhatAllLinesShare()
        => Assert.Equal("if (x)\n{\n    y();\n}", Pages.Trimmed("\n        if (x)\n        {\n            y();\n        }\n\n"));
}
