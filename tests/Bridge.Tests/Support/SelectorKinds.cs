using Bridge.Selectors;

namespace Bridge.Tests;

/// <summary>Selectors by their names, for tests that run on each of them.</summary>
internal static class SelectorKinds
{
    /// <summary>The selector of this name, or what the system has in its place.</summary>
    internal static ISelector Create(string name)
    {
        if (name == "epoll" && OperatingSystem.IsLinux())
        {
            return new EpollSelector();
        }

        return name == "poll" && !OperatingSystem.IsWindows() ? new PollSelector() : new SelectSelector();
    }

    /// <summary>One more of the same kind: for a test that makes a second loop.</summary>
    internal static ISelector Another(this ISelector selector) => Create(selector.Name);
}
