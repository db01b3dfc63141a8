using System.Runtime.ExceptionServices;

namespace Bridge;

/// <summary>Keeps long chains of futures off the stack: calls that set each other off nest a few levels deep, then wait in line.</summary>
/// <remarks>
/// A few levels, and not none: a done callback may block for what the next link delivers on this very thread, which a line that is
/// only served after the callback has returned would never let happen. All calls have been made when the outermost one returns.
/// </remarks>
internal static class FlatCalls
{
    /// <summary>A level is about a dozen small frames; so many of them fit the smallest stack that .NET gives a thread.</summary>
    private const int MaximumDepth = 16;

    [ThreadStatic]
    private static int t_depth;

    [ThreadStatic]
    private static Queue<Action>? t_waiting;

    internal static void Run(Action call)
    {
        if (t_depth == MaximumDepth)
        {
            (t_waiting ??= new Queue<Action>()).Enqueue(call);
            return;
        }

        ExceptionDispatchInfo? failure = RunNested(call);
        if (t_depth == 0)
        {
            while (t_waiting is { } waiting && waiting.TryDequeue(out Action? next))
            {
                // One that fails must not take those behind it along.
                ExceptionDispatchInfo? another = RunNested(next);
                failure ??= another;
            }
        }

        failure?.Throw();
    }

    private static ExceptionDispatchInfo? RunNested(Action call)
    {
        t_depth++;
        try
        {
            call();
            return null;
        }
        catch (Exception exception)
        {
            // Thrown on by the caller, once the line is empty.
            return ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            t_depth--;
        }
    }
}
