using System.Globalization;

namespace Bridge.Interleaving;

/// <summary>The choices of one run: a path through the tree of schedules, from which the next one is made.</summary>
internal sealed class SchedulePath
{
    /// <summary>What was chosen at each branching, and of how many (0: not known yet, from <see cref="Parse"/>).</summary>
    private readonly List<(int Chosen, int Of)> _choices = [];
    private int _depth;

    internal static SchedulePath Parse(string text)
    {
        var path = new SchedulePath();
        foreach (string choice in text.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            path._choices.Add((int.Parse(choice, CultureInfo.InvariantCulture), 0));
        }

        return path;
    }

    internal void Restart() => _depth = 0;

    /// <summary>The choice at the next branching: the one laid down, or the first beyond the end.</summary>
    internal int Choose(int options)
    {
        if (_depth == _choices.Count)
        {
            _choices.Add((0, options));
        }

        (int chosen, int of) = _choices[_depth];
        if ((of != 0 && of != options) || chosen >= options)
        {
            throw new InvalidOperationException(
                $"Branching {_depth} had {of} ways before and has {options} now. The model must do the same each time it runs.");
        }

        _choices[_depth++] = (chosen, options);
        return chosen;
    }

    /// <summary>Goes on to the next path. False: that was the last.</summary>
    internal bool MoveToNext()
    {
        while (_choices.Count > 0)
        {
            (int chosen, int of) = _choices[^1];
            if (chosen + 1 < of)
            {
                _choices[^1] = (chosen + 1, of);
                return true;
            }

            _choices.RemoveAt(_choices.Count - 1);
        }

        return false;
    }

    public override string ToString() => string.Join('.', _choices.Select(choice => choice.Chosen));
}
