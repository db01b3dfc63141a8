using System.Collections;

namespace Bridge.Executors;

/// <summary>A sequence over an iterator that already stands somewhere, so that enumerating it twice is an error and not a surprise.</summary>
internal sealed class SingleUse<T>(string source, IEnumerator<T> enumerator) : IEnumerable<T>
{
    /// <summary>Taken by the first GetEnumerator with an exchange; null afterwards.</summary>
    private IEnumerator<T>? _enumerator = enumerator;

    public IEnumerator<T> GetEnumerator()
        => Interlocked.Exchange(ref _enumerator, null) ?? throw new InvalidOperationException(Messages.EnumeratedTwice(source));

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
