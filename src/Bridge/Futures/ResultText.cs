using System.Globalization;

namespace Bridge;

/// <summary>How texts about futures show a result: short, and whatever the result's own ToString does, never an exception or an endless recursion.</summary>
internal static class ResultText
{
    private const int LongestText = 200;

    /// <summary>A result may contain its future, whose text shows the result, which ...</summary>
    private const int DeepestNesting = 3;

    [ThreadStatic]
    private static int t_depth;

    internal static string Of(object? result)
    {
        if (t_depth >= DeepestNesting)
        {
            return "...";
        }

        t_depth++;
        try
        {
            string text = Convert.ToString(result, CultureInfo.InvariantCulture) ?? "null";
            return text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText), "...");
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            // Texts are made for errors and debuggers, which must not fail over somebody's ToString.
            return $"{result!.GetType().Name} whose ToString threw {exception.GetType().Name}";
        }
        finally
        {
            t_depth--;
        }
    }
}
