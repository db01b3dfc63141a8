namespace Bridge.Net;

/// <content>Whether what is in the buffer answers a read.</content>
internal sealed partial class StreamInput
{
    /// <summary>No separator begins before this offset: it need not be looked at again.</summary>
    private int _scanned;

    /// <summary>Ready: how many bytes the read takes. For a limit overrun: how many there are before the separator, as far as that is known.</summary>
    private int _taken;

    private ReadOutcome Judge()
    {
        ref readonly ReadRequest request = ref _request;
        if (_failure is not null)
        {
            return ReadOutcome.Failed;
        }

        switch (request.Kind)
        {
            case ReadKind.AtMost:
                _taken = Math.Min(request.Count, _bytes.Length);
                return _taken > 0 || _isEof || request.Count == 0 ? ReadOutcome.Ready : ReadOutcome.Waiting;
            case ReadKind.Exactly:
                _taken = request.Count;
                return _bytes.Length >= _taken ? ReadOutcome.Ready : _isEof ? ReadOutcome.Incomplete : ReadOutcome.Waiting;
            case ReadKind.ToEnd:
                _taken = _bytes.Length;
                return _isEof ? ReadOutcome.Ready : ReadOutcome.Waiting;
            case ReadKind.Pipe:
                return _isLookCancelled || _bytes.Length > _examined || _isEof ? ReadOutcome.Ready : ReadOutcome.Waiting;
            default:
                return JudgeSeparated(request);
        }
    }

    /// <summary>The end of the stream counts last: the chunk that came before it may have completed the message.</summary>
    private ReadOutcome JudgeSeparated(in ReadRequest request)
    {
        int start;
        int end;
        int longest;
        if (request.Separators is { } separators)
        {
            FindFirst(separators, out start, out end, out longest);
        }
        else
        {
            longest = request.Memory.Length;
            start = _bytes.Length - _scanned >= longest ? _bytes.IndexOf(request.Memory.Span, _scanned) : -1;
            end = start + longest;
        }

        if (start >= 0)
        {
            _taken = start > Limit ? start : end;
            return start > Limit ? ReadOutcome.SeparatorTooFar : ReadOutcome.Ready;
        }

        // The last bytes may be the beginning of a separator.
        _scanned = Math.Max(_scanned, _bytes.Length + 1 - longest);
        if (_scanned > Limit)
        {
            _taken = _scanned;
            return ReadOutcome.NoSeparator;
        }

        return _isEof ? ReadOutcome.Incomplete : ReadOutcome.Waiting;
    }

    /// <summary>Of several separators counts the one that ends first.</summary>
    private void FindFirst(ReadOnlyMemory<byte>[] separators, out int start, out int end, out int longest)
    {
        start = -1;
        end = int.MaxValue;
        longest = 0;
        foreach (ReadOnlyMemory<byte> separator in separators)
        {
            longest = Math.Max(longest, separator.Length);
            int found = _bytes.Length - _scanned >= separator.Length ? _bytes.IndexOf(separator.Span, _scanned) : -1;
            if (found >= 0 && found + separator.Length < end)
            {
                start = found;
                end = found + separator.Length;
            }
        }
    }
}
