namespace Bridge.Tests.Timers;

/// <summary>The memory of timers by itself.</summary>
public sealed class TimerStoreTests
{
    private const int Many = 5000;
    private readonly TimerStore _store = new();

    [Fact]
    public void Rent_MoreAndMore_GivesEntriesInOrderThatNeverMove()
    {
        Assert.Equal(0, _store.Capacity);
        _store.Rent();
        ref TimerNode first = ref _store.Node(0);
        first.Deadline = 42;
        for (int i = 1; i < Many; i++)
        {
            Assert.Equal(i, _store.Rent());
        }

        first.Deadline++;
        Assert.Equal(43, _store.Node(0).Deadline);
        Assert.InRange(_store.Capacity, Many, Many + 255);
    }

    [Fact]
    public void Rent_AfterReturn_UsesTheEntriesAgain()
    {
        int[] all = RentMany();
        int capacity = _store.Capacity;
        new Random(1).Shuffle(all);
        Array.ForEach(all, _store.Return);
        int[] again = RentMany();
        Assert.Equal(all.Order(), again.Order());
        Assert.Equal(capacity, _store.Capacity);
    }

    [Fact]
    public void Rent_ReturnedInNoOrder_GivesEachGroupInOrderOfMemory()
    {
        int[] all = RentMany();
        new Random(2).Shuffle(all);
        Array.ForEach(all, _store.Return);
        int[] again = RentMany();
        foreach (int[] group in again.GroupBy(index => index / 64).Select(group => group.ToArray()))
        {
            Assert.Equal(group.Order(), group);
            Assert.Equal(group[0], again[Array.IndexOf(again, group[^1]) - group.Length + 1]);
        }
    }

    [Fact]
    public void Retire_IsFreeOnlyOnceReturned()
    {
        int[] all = RentMany();
        for (int i = 0; i < Many; i += 3)
        {
            _store.Retire(all[i]);
        }

        Assert.Equal(Many, _store.Rent());
        _store.Return(Many);
        _store.ReturnRetired();
        _store.ReturnRetired();
        int left = _store.Capacity - Many;
        int[] freed = [.. Enumerable.Range(0, left + ((Many + 2) / 3)).Select(_ => _store.Rent()).Where(index => index < Many).Order()];
        Assert.Equal(all.Where(index => index % 3 == 0), freed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomUse_NeverGivesAnEntryTwice(int seed)
    {
        var random = new Random(seed);
        var used = new List<int>();
        var retired = new HashSet<int>();
        for (int step = 0; step < 20_000; step++)
        {
            switch (random.Next(step < 10_000 ? 5 : 7))
            {
                case 0 or 1 or 2:
                    int index = _store.Rent();
                    Assert.DoesNotContain(index, retired);
                    Assert.NotEqual(-7, _store.Node(index).Deadline);
                    _store.Node(index).Deadline = -7;
                    used.Add(index);
                    break;
                case 3 when random.Next(200) == 0:
                    _store.ReturnRetired();
                    retired.Clear();
                    break;
                default:
                    GiveUpOne();
                    break;
            }
        }

        void GiveUpOne()
        {
            if (used.Count == 0)
            {
                return;
            }

            int at = random.Next(used.Count);
            int index = used[at];
            used[at] = used[^1];
            used.RemoveAt(used.Count - 1);
            _store.Node(index).Deadline = 0;
            if (random.Next(2) == 0)
            {
                _store.Return(index);
            }
            else
            {
                _store.Retire(index);
                retired.Add(index);
            }
        }
    }

    [Fact]
    public void Clear_LetsGoOfEverythingAndCanBeUsedAgain()
    {
        Array.ForEach(RentMany(), _store.Retire);
        _store.Clear();
        Assert.Equal(0, _store.Capacity);
        Assert.Equal(0, _store.Rent());
    }

    private int[] RentMany() => [.. Enumerable.Range(0, Many).Select(_ => _store.Rent())];
}
