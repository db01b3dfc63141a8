using Bridge.Benchmarks.Harness;
using Bridge.Benchmarks.Serving;
using Bridge.Benchmarks.Worlds;
using Bridge.Compare;

namespace Bridge.Benchmarks.Tests;

public sealed class CatalogTests
{
    private static readonly Comparison[] s_all = [.. Catalog.All];

    [Fact]
    public void All_HaveATitleOfTheirOwn()
    {
        string[] titles = [.. s_all.SelectMany(it => it.Other is { } other ? new[] { it.Title, other.Title } : [it.Title])];

        Assert.Equal(titles.Distinct(), titles);
    }

    [Fact]
    public void All_SayWhatTheirSectionIsAbout()
        => Assert.All(s_all, it => Assert.NotEqual("", Catalog.Describe(it.Section)));

    [Fact]
    public void Contenders_HaveANameOfTheirOwnAndDemandsOnlyBesidePeersThatAreThere() => Assert.All(WithOthers(), comparison =>
    {
        string[] names = [.. comparison.Contenders.Select(it => it.Name)];
        Assert.Equal(names.Distinct(), names);
        Assert.All(comparison.Contenders.SelectMany(it => it.Demands), demand => Assert.Contains(demand.Peer, names));
    });

    [Fact]
    public void Other_HasTheSameContendersAndSaysWhereItsFigureIs() => Assert.All(s_all.Where(it => it.Other is not null), comparison =>
    {
        Assert.Equal(comparison.Contenders.Select(it => it.Name), comparison.Other!.Contenders.Select(it => it.Name));
        Assert.NotNull(comparison.Other.Read);
    });

    [Fact]
    public void Echo_IsThereForAllSizesAndNumbersOfConnections()
    {
        string[] titles = [.. s_all.Select(it => it.Title)];

        Assert.Contains("Echo 1 KiB: ping-pong on one processor", titles);
        foreach (string size in new[] { "64 B", "1 KiB", "10 KiB", "100 KiB" })
        {
            foreach (string number in new[] { "1 connection", "10 connections", "100 connections", "1000 connections" })
            {
                Assert.Contains($"Echo {size}: {number}", titles);
                Assert.Contains(s_all, it => it.Other?.Title == $"Echo {size}, processor time: {number}");
            }
        }
    }

    [Fact]
    public void Echo_HasEveryWayToUseTheLibrary()
    {
        string[] served = [.. ServeCommand.Kinds.Where(kind => kind.StartsWith("bridge-", StringComparison.Ordinal)).Order()];
        string[] started = [.. ServerKind.Ours.Select(kind => kind.Command(new ServerJob(Counts: false, 1)).Arguments[3]).Order()];

        Assert.Equal(served, started);
        Assert.All(s_all.Where(it => it.Section.StartsWith("Echo", StringComparison.Ordinal)), comparison =>
            Assert.Equal(ServerKind.Ours.Select(kind => kind.Name), comparison.Contenders.Where(it => it.IsOurs).Select(it => it.Name)));
    }

    [Fact]
    public void Quick_TakesAFewOfTheSocketRows()
    {
        Comparison[] quick = [.. s_all.Where(Options.Parse(["--quick"]).Wants)];

        Assert.Contains(quick, it => it.Title == "Echo 1 KiB: 10 connections");
        Assert.Contains(quick, it => it.Title == "Kestrel: 64 connections");
        Assert.InRange(quick.Count(it => it.Other is not null), 5, 8);
        Assert.Contains(s_all.Where(Options.Parse(["--quick", "--only", "64 B"]).Wants), it => it.Title == "Echo 64 B: 1 connection");
    }

    private static IEnumerable<Comparison> WithOthers() => s_all.Concat(s_all.Select(it => it.Other).OfType<Comparison>());
}
