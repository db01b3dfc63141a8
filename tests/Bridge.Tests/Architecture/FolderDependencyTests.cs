using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Bridge.Tests.Architecture;

/// <summary>Holds the arrows between the folders of src/Bridge: every name in a file is resolved to the file that declares it.</summary>
/// <remarks>Timers and Loop know each other: the loop owns the wheel, which fills the ready queue. Every other arrow points down.</remarks>
public sealed class FolderDependencyTests
{
    private static readonly Dictionary<string, string[]> s_mayUse = new()
    {
        ["Primitives"] = [],
        ["Selectors"] = ["Primitives"],
        ["Diagnostics"] = ["Primitives"],
        ["Timers"] = ["Loop", "Primitives"],
        ["Loop"] = ["Selectors", "Timers", "Diagnostics", "Primitives"],
        ["Futures"] = ["Loop", "Timers", "Diagnostics", "Primitives"],
        ["Coroutines"] = ["Futures", "Signals", "Loop", "Timers", "Diagnostics", "Primitives"],
        ["Synchronization"] = ["Coroutines", "Futures", "Loop", "Timers", "Diagnostics", "Primitives"],
        ["Interop"] = ["Coroutines", "Futures", "Loop", "Timers", "Diagnostics", "Primitives"],
        ["Adapters"] = ["Interop", "Synchronization", "Coroutines", "Futures", "Loop", "Timers", "Diagnostics", "Primitives"],
        ["Introspection"] = ["Coroutines", "Futures", "Loop", "Timers", "Diagnostics", "Primitives"],
        ["Net"] = ["Interop", "Coroutines", "Futures", "Loop", "Selectors", "Timers", "Diagnostics", "Primitives"],
        ["Processes"] = ["Net", "Signals", "Interop", "Coroutines", "Futures", "Loop", "Selectors", "Timers", "Diagnostics", "Primitives"],
        ["Signals"] = ["Loop", "Timers", "Diagnostics", "Primitives"],
    };

    [Fact]
    public void Source_UsesOnlyFoldersBelow()
    {
        string root = Path.Combine(RepositoryRoot(), "src", "Bridge");
        IEnumerable<(string, string)> files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path.GetRelativePath(root, path).Replace('\\', '/'), File.ReadAllText(path)))
            .Where(file => !file.Item1.StartsWith("obj/", StringComparison.Ordinal) && !file.Item1.StartsWith("bin/", StringComparison.Ordinal));
        Assert.Empty(FindViolations([.. files]));
    }

    [Fact]
    public void SeededViolation_OfAPartialClass_IsFound()
    {
        (string, string)[] files =
        [
            ("Loop/EventLoop.cs", "partial class EventLoop { public void Turn() { Await(); } }"),
            ("Coroutines/EventLoop.Tasks.cs", "partial class EventLoop { public void Await() { Turn(); } }"),
            ("Primitives/Gate.cs", "class Gate { }"),
        ];
        Assert.Equal("Loop/EventLoop.cs uses Await of Coroutines", Assert.Single(FindViolations(files)));
    }

    private static SortedSet<string> FindViolations((string Path, string Text)[] files)
    {
        const string Usings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        SyntaxTree[] trees = [.. files.Select(file => CSharpSyntaxTree.ParseText(file.Text, options, file.Path))];
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) != "Bridge.dll")
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "arrows", [.. trees, CSharpSyntaxTree.ParseText(Usings, options)], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        var violations = new SortedSet<string>(StringComparer.Ordinal);
        foreach (SyntaxTree tree in trees)
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            string from = FolderOf(tree.FilePath);
            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                ISymbol? symbol = model.GetSymbolInfo(name).Symbol?.OriginalDefinition;
                string[] folders = symbol is null or INamespaceSymbol
                    ? []
                    : [.. symbol.DeclaringSyntaxReferences.Select(reference => FolderOf(reference.SyntaxTree.FilePath)).Distinct()];

                // A partial type lives in several folders; its members tell which one is really used.
                if (folders.Length > 0 && !folders.Any(to => to == from || MayUse(from, to)))
                {
                    violations.Add($"{tree.FilePath} uses {symbol!.Name} of {string.Join(", ", folders)}");
                }
            }
        }

        return violations;
    }

    private static bool MayUse(string from, string to) => s_mayUse.TryGetValue(from, out string[]? allowed) && allowed.Contains(to);

    private static string FolderOf(string path) => path.Split('/')[0];

    /// <summary>Found from the test's own place: source paths in the assembly are mapped away in reproducible builds.</summary>
    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Bridge.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"No Bridge.sln above {AppContext.BaseDirectory}.");
    }
}
