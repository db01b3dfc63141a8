using System.Collections.ObjectModel;
using System.Diagnostics;

namespace Bridge.Selectors;

/// <summary>The registrations of one selector: by descriptor in a table, and as lists to walk over. Belongs to the selector's thread.</summary>
internal sealed class SelectorRegistry
{
#if DEBUG
    // Small, so that growth runs in every test.
    private const int InitialTable = 2;
    private const int MaxTable = 1 << 10;
#else
    private const int InitialTable = 64;
    private const int MaxTable = 1 << 22;
#endif

    private readonly List<SelectorKey> _users = [];
    private readonly List<SelectorKey> _wakers = [];

    // Unix hands out the lowest free number, so an array indexed by it is dense and costs one compare and one load.
    private SelectorKey?[] _table = new SelectorKey?[InitialTable];

    // Windows handles and raised descriptor limits may exceed what an array should be grown to.
    private Dictionary<nint, SelectorKey>? _large;

    internal SelectorRegistry() => View = _users.AsReadOnly();

    /// <summary>The users' registrations, as shown to the outside.</summary>
    internal ReadOnlyCollection<SelectorKey> View { get; }

    /// <summary>The users' registrations; the order changes with each removal.</summary>
    internal List<SelectorKey> Users => _users;

    /// <summary>The wakers' own registrations.</summary>
    internal List<SelectorKey> Wakers => _wakers;

    /// <summary>The key that holds a descriptor number, or null.</summary>
    internal SelectorKey? Find(nint descriptor)
    {
        var table = _table;
        if ((nuint)descriptor < (nuint)table.Length)
        {
            return table[descriptor];
        }

        return _large is not null && _large.TryGetValue(descriptor, out var key) ? key : null;
    }

    /// <summary>The key of a file object that may be closed, whose number therefore says nothing.</summary>
    internal SelectorKey? FindClosed(object handle) => _users.Find(key => ReferenceEquals(key.Handle, handle));

    /// <summary>Enters a key. A key that held the same number is stale, and becomes Replaced.</summary>
    internal void Add(SelectorKey key)
    {
        Debug.Assert(key.State == SelectorKeyState.Unregistered, "A key is registered once.");
        if (Find(key.Descriptor) is { } stale)
        {
            Remove(stale);
            stale.State = SelectorKeyState.Replaced;
        }

        Put(key.Descriptor, key);
        var list = ListOf(key);
        key.Index = list.Count;
        list.Add(key);
        key.State = SelectorKeyState.Registered;
        AssertInvariants(key);
    }

    /// <summary>Takes a registered key out.</summary>
    internal void Remove(SelectorKey key)
    {
        AssertInvariants(key);
        Put(key.Descriptor, null);
        var list = ListOf(key);
        var last = list[^1];
        list[key.Index] = last;
        last.Index = key.Index;
        list.RemoveAt(list.Count - 1);
        key.State = SelectorKeyState.Unregistered;
    }

    /// <summary>Takes every key out.</summary>
    internal void Clear()
    {
        foreach (var key in _users)
        {
            key.State = SelectorKeyState.Unregistered;
        }

        _users.Clear();
        _wakers.Clear();
        _table = [];
        _large = null;
    }

    private List<SelectorKey> ListOf(SelectorKey key) => key.Waker is null ? _users : _wakers;

    private void Put(nint descriptor, SelectorKey? key)
    {
        if (descriptor is >= 0 and < MaxTable)
        {
            if (descriptor >= _table.Length)
            {
                Array.Resize(ref _table, Math.Min(MaxTable, Math.Max(_table.Length * 2, (int)descriptor + 1)));
            }

            _table[descriptor] = key;
        }
        else if (key is null)
        {
            _large?.Remove(descriptor);
        }
        else
        {
            (_large ??= [])[descriptor] = key;
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants(SelectorKey key)
    {
        Debug.Assert(key.State == SelectorKeyState.Registered, "The key is registered.");
        Debug.Assert(ReferenceEquals(Find(key.Descriptor), key), "The table holds the key under its number.");
        Debug.Assert(ReferenceEquals(ListOf(key)[key.Index], key), "The key knows its place in the list.");
    }
}
