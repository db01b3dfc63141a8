using System.Text;

namespace Bridge.Compare.Output;

/// <summary>A table that reads well as plain text and is Markdown at the same time.</summary>
internal sealed class Table(params string[] header)
{
    private readonly List<string[]> _rows = [header];

    internal void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        int[] widths = [.. header.Select((_, column) => _rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        for (int i = 0; i < _rows.Count; i++)
        {
            Append(text, [.. _rows[i].Select((cell, column) => IsText(column) ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))]);
            if (i == 0)
            {
                Append(text, [.. widths.Select((width, column) => IsText(column) ? new string('-', width) : new string('-', width - 1) + ':')]);
            }
        }

        return text.ToString();
    }

    /// <summary>Names, targets and verdicts go to the left, figures to the right.</summary>
    private bool IsText(int column) => header[column] is "contender" or "target" or "verdict" or "besides";

    private static void Append(StringBuilder text, string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
