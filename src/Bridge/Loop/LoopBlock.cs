using System.Text;

namespace Bridge;

/// <summary>What holds a loop up: a report of <see cref="EventLoop.BlockingHandler"/>, or the answer of <see cref="EventLoop.CurrentBlocker"/>.</summary>
public sealed class LoopBlock
{
    internal LoopBlock(EventLoop loop, LoopBlockKind kind)
    {
        Loop = loop;
        Kind = kind;
    }

    /// <summary>The loop.</summary>
    public EventLoop Loop { get; }

    /// <summary>How it is held up.</summary>
    public LoopBlockKind Kind { get; }

    /// <summary>What the loop runs: the callback's method, or the task and its coroutine. Null if nothing was running at the moment of the look.</summary>
    public string? Callback { get; internal init; }

    /// <summary>The task whose step it is, as text. Null: it is not a task's.</summary>
    public string? Task { get; internal init; }

    /// <summary>The call that blocks, <c>Task.Result</c> for one. Null: it is not a managed wait, or its stack is not known.</summary>
    public string? WaitCall { get; internal init; }

    /// <summary>The user's method that made that call. Null as above.</summary>
    public string? Site { get; internal init; }

    /// <summary>The stack of the blocked thread. Null as above: no other thread can read it.</summary>
    public string? Stack { get; internal init; }

    /// <summary>How long it has been so, as far as is known: a watchdog counts from its first look. Null if no watchdog runs.</summary>
    public TimeSpan? Duration { get; internal init; }

    /// <summary>One line that names loop, culprit and remedy.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Messages.Blocked(this));
        if (Stack is not null)
        {
            text.AppendLine().Append(Stack);
        }

        return text.ToString();
    }
}

/// <summary>Ways to hold a loop up.</summary>
public enum LoopBlockKind
{
    /// <summary>A callback waits for something: a task, an event, a thread. Seen by the loop's synchronization context.</summary>
    Wait,

    /// <summary>One callback runs longer than the watchdog's budget: it computes, sleeps, or does synchronous I/O.</summary>
    Callback,

    /// <summary>The callbacks of one turn together take longer than the watchdog's budget.</summary>
    Turn,
}
